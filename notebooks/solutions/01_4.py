# M-Trainer in a few lines: solve the last layer, then train more and more, from the deepest split to the shallowest,
# each beginning where its neighbour ended. The sizes of training set share the frozen outputs, as applications do.
from mainstream.data import rates as counting
from mainstream.networks import base as bases
from mainstream.networks.backend import tf
from mainstream.networks.splits import cut, split_points, with_head
from mainstream.trainer.fit import Part, TailTrainer, fit_head
from mainstream.trainer.frozen import Frozen

tf.get_logger().setLevel("ERROR")  # one compiled graph per split is meant, and need not be warned of
app, how, pooled = apps[0], base.identity.preprocessing, "pooled features"
part = {p: photos.part(p) for p in ("train", "val", "test")}
y = {p: d.has(app) for p, d in part.items()}
model = with_head(bases.build(base.identity.architecture, size))  # layers of its own: the base stays as it is
model.set_weights([*base.network.get_weights(), *model.get_layer("decision").get_weights()])
weights = {len(y["train"]) // share: model.get_weights() for share in (10, 3, 1)}

rows = []
for point in reversed([p for p in split_points(model) if p.name in (*elsewhere, pooled)]):
    stem, tail = cut(model, point)
    frozen = {p: Frozen(stem, d.images, how, limit_bytes=2e9) for p, d in part.items()}
    trainer, val = TailTrainer(tail, settings), Part(frozen["val"], y["val"])
    for n in weights:
        model.set_weights(weights[n])
        few = Part(frozen["train"], y["train"][:n])
        if point.name == pooled:
            x = {p: f(np.arange(len(y[p]))) for p, f in frozen.items()}
            tail.layers[-1].set_weights(fit_head(x["train"][:n], few.labels, x["val"], y["val"]))
        else:
            trainer.fit(few, val, np.random.default_rng(0), app, epochs=settings.epochs_at(point.fraction))
        weights[n] = model.get_weights()
        p = trainer.answers({k: frozen[k] for k in ("val", "test")})
        r = counting.count_rates(p["test"], y["test"], counting.best_threshold(p["val"], y["val"]))
        value, low, high = curves.balanced_accuracy(r.tpr, r.fpr, r.tpr_interval, r.fpr_interval)
        rows.append((n, point.index, point.name, value, value - low, high - value, trainer.loss(val)))

columns = ["stills", "index", "layer", "accuracy", "below", "above", "val_loss"]
fig, ax = plt.subplots()
for k, (n, line) in enumerate(pd.DataFrame(rows, columns=columns).sort_values("index").groupby("stills")):
    x = np.arange(len(line)) + 0.06 * (k - 1)
    ax.errorbar(x, line.accuracy, [line.below, line.above], fmt="o-", capsize=3, label=n)
    best = line.loc[line.val_loss[::-1].idxmin()]  # of equals the deepest
    print(
        f"{n} stills: validation takes '{best.layer}'; accuracy {best.accuracy:.3f} (−{best.below:.3f} +{best.above:.3f})"
    )
ax.set_xticks(range(len(line)), line.layer)
ax.set(xlabel="split point", ylabel="balanced accuracy", title=f"{app}, test stills")
ax.legend(title="training stills", loc="center left", bbox_to_anchor=(1, 0.5))
plt.show()
