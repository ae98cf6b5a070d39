# Three looks, three votes: all of them have to be positive, so an event is found with p·h² and an empty window declared with
# q·(q + (1 − q)ρ)², where h = p + (1 − p)ρ.
remain = in_a_row(0.9, 3, 0.5)
check("06.1", remain)
print("events that remain:", round(remain, 4))
print("empty windows that remain:", round(in_a_row(0.2, 3, 0.5), 3))

# Each further vote multiplies what is left by q + (1 − q)ρ = 0.6: correlation makes votes weak. Independent, it were 0.2.
left = pd.Series({n: in_a_row(0.2, n, 0.5) for n in range(1, 12)})
print(left.round(4).to_dict())
print("votes until less than one in a hundred:", left[left < 0.01].index[0])
