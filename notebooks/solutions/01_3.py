# Every school bus is a bus: `bus` has to know an outline in any paint, `schoolbus` one of them. Both tails are trained
# at one split on the same frozen outputs, which is M-Trainer's saving: the stem runs once for all applications.
from mainstream.data import rates as counting
from mainstream.networks import base as bases
from mainstream.networks.backend import tf
from mainstream.networks.splits import cut, split_points, with_head
from mainstream.trainer.fit import Part, TailTrainer, fit_head
from mainstream.trainer.frozen import Frozen

tf.get_logger().setLevel("ERROR")  # one compiled graph per split is meant, and need not be warned of
pair, split, how = ["bus", "schoolbus"], "conv_pw_11", base.identity.preprocessing
street = world_photos(pair, train=min(stills[0] // 2, 2000), val=stills[1], test=stills[2], size=size, jobs=jobs)
parts = {p: street.part(p) for p in ("train", "val", "test")}

model = with_head(bases.build(base.identity.architecture, size))  # layers of its own: the base stays as it is
model.set_weights([*base.network.get_weights(), *model.get_layer("decision").get_weights()])
stem, tail = cut(model, split)
frozen = {p: Frozen(stem, d.images, how, limit_bytes=2e9) for p, d in parts.items()}
features = {p: base.network.predict(bases.preprocess(d.images, how), verbose=0) for p, d in parts.items()}
fresh, trainer = model.get_weights(), TailTrainer(tail, settings)
epochs = settings.epochs_at(next(p.fraction for p in split_points(model) if p.name == split))

rows = []
for app in pair:
    y = {p: d.has(app) for p, d in parts.items()}
    model.set_weights(fresh)
    model.get_layer("decision").set_weights(fit_head(features["train"], y["train"], features["val"], y["val"]))
    for more in (False, True):
        if more:
            train_part, val_part = (Part(frozen[p], y[p]) for p in ("train", "val"))
            trainer.fit(train_part, val_part, np.random.default_rng(0), app, epochs=epochs)
        p = trainer.answers({k: frozen[k] for k in ("val", "test")})
        r = counting.count_rates(p["test"], y["test"], counting.best_threshold(p["val"], y["val"]))
        rows.append((app, *curves.balanced_accuracy(r.tpr, r.fpr, r.tpr_interval, r.fpr_interval)))
for (app, a, a_low, a_high), (_, b, b_low, b_high) in zip(rows[::2], rows[1::2], strict=True):
    low, high = b - a - np.hypot(b - b_low, a_high - a), b - a + np.hypot(b_high - b, a - a_low)  # as `curves.gains`
    print(
        f"{app}: last layer alone {a:.3f}, all above {split} {b:.3f}; gain {b - a:+.3f} (95%: {low:+.3f} to {high:+.3f})"
    )
# A gain of exactly zero means that no step was better on validation than the last layer as solved, so that one was kept.
# The interval joins two as if they came from different stills; they come from the same, so it is wider than need be.
