# One layer on fixed features is a logistic regression: its loss is convex, so it has one minimum, which a solver finds
# to any precision. Gradient steps come down to the same place from wherever they begin, only later.
import matplotlib.pyplot as plt
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from mainstream.networks.base import preprocess

few = photos.part("train")
few = few.select(np.arange(min(400, len(few))))
features = base.network.predict(preprocess(few.images, base.identity.preprocessing), verbose=0)  # all layers frozen
x = np.column_stack([StandardScaler().fit_transform(features), np.ones(len(features))])  # the last column: the bias
y = few.has(apps[0])
C = 0.1  # of the four that `fit_head` tries; validation picks among them


def loss(w):
    """Logistic loss with a penalty on the weights, not on the bias: what `LogisticRegression` minimises."""
    return C * np.logaddexp(0, np.where(y, -1, 1) * (x @ w)).sum() + 0.5 * w[:-1] @ w[:-1]


def gradient(w):
    return C * x.T @ (1 / (1 + np.exp(-x @ w)) - y) + np.append(w[:-1], 0)


solved = LogisticRegression(C=C, tol=1e-8, max_iter=5000).fit(x[:, :-1], y)
lowest = loss(np.append(solved.coef_[0], solved.intercept_))
step = 1 / (0.25 * C * np.linalg.eigvalsh(x.T @ x)[-1] + 1)  # no curvature is larger, so no step goes up
fig, ax = plt.subplots()
for start in range(3):
    w, path = np.random.default_rng(start).normal(size=x.shape[1]), []
    for _ in range(3000):
        path.append(loss(w))
        w = w - step * gradient(w)
    assert np.all(np.diff(path) <= 1e-9) and min(path) >= lowest * (1 - 1e-6)  # downhill, never below the solver's
    ax.plot(range(1, len(path) + 1), np.array(path) / lowest, label=f"random start {start + 1}")
ax.axhline(1, color="k", lw=0.8, label="the solver's minimum")
ax.set(xlabel="gradient steps", ylabel="loss ÷ its minimum", title=f"{apps[0]}: last layer, {len(y)} stills")
ax.set(xscale="log", yscale="log")
ax.set_yticks([1, 2, 5, 10, 20], [1, 2, 5, 10, 20])
ax.legend()
plt.show()
