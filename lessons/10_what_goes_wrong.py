# %% [markdown]
# # Lesson 10: What goes wrong
#
# ## Question
#
# A training runs without an error message and the result is bad. How do you find out why?
#
# ## Mental model
#
# ```
#   loss                                loss                               loss
#    │╲                                  │ ╱╲  ╱╲╱                          │────────────
#    │ ╲___                              │╱  ╲╱                             │
#    └────── it learns                   └────── too high a rate            └────── nothing moves
# ```
#
# > **Plain.** Bet before you look. A wrong bet teaches more than a right explanation.
#
# > **Exact.** Change *one* setting, keep seed, data and everything else, run several seeds, and compare the spread
# > with the difference.
#
# ## Numbers by hand
#
# Why do deep sigmoid networks learn so slowly? The gradient passes f′ once in each layer, and f′ of the sigmoid is
# at most 0.25. After six layers it is at most 0.25⁶ = 0.000244 of what it was (times weights). ReLU has the factor
# 1 where it is open.
#
# > **Plain.** Each layer passes back only a part of what it was given; after many layers hardly anything is left.
#
# > **Exact.** *Vanishing gradient*: dz of layer l is (dz Wᵀ of layer l + 1) · f′(z), so each layer multiplies its size
# > by at most max f′ · ‖W‖, with the largest singular value of W for ‖W‖.

# %%
from itertools import pairwise

import numpy as np

import byhand as bh

print(f"0.25^6 = {0.25**6:.6f}")
assert round(0.25**6, 6) == 0.000244

data = bh.data.digits(validation=0.2)


def trained(sizes: list[int], *, seed: int = 1, **settings: object) -> tuple[float, float]:
    """Return validation accuracy and last training loss."""
    options = {"activation": "relu", "initializer": "he"} | {
        name: settings.pop(name) for name in ("activation", "initializer", "batch_norm", "residual") if name in settings
    }
    network = bh.Network.mlp(sizes, seed=seed, **options)
    plan = {"optimizer": "sgd", "learning_rate": 0.1, "epochs": 10, "batch_size": 32, "loss": "softmax_cross_entropy"}
    history = bh.fit(network, data.train, **(plan | settings))
    return float(bh.evaluate(network, data.validation).accuracy), float(history.loss[-1])


# %% [markdown]
# ## Code
#
# **Six bets.** Cover the output. For each line write down: better, equal or worse than the normal run? Then look.

# %%
BETS = {
    "normal": {},
    "learning rate 0.0001": {"learning_rate": 0.0001},
    "all weights equal at the start": {"initializer": lambda rng, n_in, n_out: np.full((n_in, n_out), 0.01)},
    "all weights 0 at the start": {"initializer": "zeros"},
    "batch size of all": {"batch_size": len(data.train)},
    "squared error": {"loss": "squared_error"},
}
found = {name: trained([64, 32, 10], **settings) for name, settings in BETS.items()}
for name, (share, value) in found.items():
    print(f"{name:32} {share:6.1%}   loss {value:.3f}")
assert found["normal"][0] > 0.9
assert found["learning rate 0.0001"][0] < 0.5
assert found["all weights 0 at the start"][0] < 0.2
assert found["all weights equal at the start"][0] < found["normal"][0] - 0.2

# %% [markdown]
# All weights equal: every hidden unit receives the same gradient and stays the copy of its neighbours, so 32 units
# are as good as one. All weights *zero* is worse: a ReLU at 0 lets no gradient through, and nothing is ever learned
# but the biases of the output.
#
# **Too high a rate** makes itself known: the loss jumps, or becomes so large that byhand stops and says so.

# %%
for rate in (0.1, 1.0, 10.0, 100.0):
    try:
        share, value = trained([64, 32, 10], learning_rate=rate)
        print(f"η = {rate:5}: {share:.1%}, loss {value:.3f}")
    except bh.ByhandError as error:
        print(f"η = {rate:5}: {error}")
    else:
        assert rate < 10 or share < 0.5

# %% [markdown]
# **Which rate, then?** Nobody can say beforehand. Twelve rates from 0.001 to 3, each tried for a few epochs, take a
# second; the command is `byhand sweep digits --learning-rate 0.001:3:12 --epochs 3`. Choose by the *validation*
# loss: too small is slow, too large is worse, and between them is a wide valley.

# %%
from byhand import plots
from byhand.course import picture, questions_text

rates = [float(rate) for rate in np.geomspace(0.001, 3, 12).round(4)]
losses = []
for rate in rates:
    network = bh.Network.mlp([64, 32, 10], seed=1)
    try:
        bh.fit(
            network, data.train, loss="softmax_cross_entropy", optimizer="sgd", learning_rate=rate, epochs=5,
            batch_size=32,
        )  # fmt: skip
        losses.append(float(bh.evaluate(network, data.validation, loss="softmax_cross_entropy").loss))
    except bh.ByhandError:
        losses.append(None)
    print(f"η = {rate:6}: validation loss {'diverged' if losses[-1] is None else format(losses[-1], '.3f')}")
finite = {rate: value for rate, value in zip(rates, losses, strict=True) if value is not None}
assert rates[0] < min(finite, key=finite.get) < rates[-1]

# %%
picture(lambda: plots.plot_rate_sweep(rates, losses))

# %% [markdown]
# **No bias.** Keep all biases at 0 and every unit's border passes through the origin. Two clouds side by side, both
# far from the origin, are then hard for a single layer:

# %%
rng = np.random.default_rng(1)
points = np.concatenate([rng.normal((2, 2), 0.4, (200, 2)), rng.normal((4, 4), 0.4, (200, 2))])
labels = np.repeat([0, 1], 200)
loss, results = bh.SoftmaxCrossEntropy(), {}
for with_bias in (True, False):
    line = bh.Network.mlp([2, 2], seed=1)
    for _ in range(2000):
        trace = line.forward(points)
        _, saved = loss.forward(trace.output, labels)
        grads = line.backward(loss.backward(saved), trace)
        chosen = [name for name in grads if with_bias or name.endswith("W")]
        bh.SGD().update({name: line.params[name] for name in chosen}, {name: grads[name] for name in chosen}, 0.3)
    results[with_bias] = float((line(points).argmax(axis=1) == labels).mean())
    print(f"bias {'on ' if with_bias else 'off'}: {results[with_bias]:.1%}")
assert results[True] > 0.98
assert results[False] < 0.7

# %% [markdown]
# ## See it move
#
# **Depth, on the spiral.** One small layer underfits. Six sigmoid layers do not train. The cures are not equally
# good.

# %%
spiral = bh.data.spiral(600)


def on_spiral(hidden: list[int], **options: object) -> float:
    shares = []
    for seed in range(3):
        network = bh.Network.mlp([2, *hidden, 2], seed=seed, **options)
        bh.fit(network, spiral.train, loss="softmax_cross_entropy", epochs=150, batch_size=20, learning_rate=0.005)
        shares.append(float(bh.evaluate(network, spiral.test).accuracy))
    return float(np.mean(shares))


DEPTHS = {
    "2 units": ([2], {}),
    "8 units": ([8], {}),
    "8-8-8 ReLU": ([8] * 3, {}),
    "6 × 16 sigmoid": ([16] * 6, {"activation": "sigmoid", "initializer": "glorot"}),
    "6 × 16 sigmoid, batch normalization": (
        [16] * 6,
        {"activation": "sigmoid", "initializer": "glorot", "batch_norm": True},
    ),
    "6 × 16 ReLU": ([16] * 6, {}),
}
depth = {name: on_spiral(hidden, **options) for name, (hidden, options) in DEPTHS.items()}
for name, share in depth.items():
    print(f"{name:37} {share:6.1%}  {'█' * round(30 * (share - 0.4))}")
assert depth["2 units"] < depth["8 units"] < depth["8-8-8 ReLU"]
assert depth["6 × 16 sigmoid"] < depth["6 × 16 sigmoid, batch normalization"]

# %% [markdown]
# **Gradient size, layer by layer**, at the start of the six sigmoid layers and of six ReLU layers:

# %%
for activation, initializer in (("sigmoid", "glorot"), ("relu", "he")):
    deep = bh.Network.mlp([2, *[16] * 6, 2], activation=activation, initializer=initializer, seed=1)
    trace = deep.forward(spiral.train.x)
    _, saved = loss.forward(trace.output, spiral.train.y)
    grads = deep.backward(loss.backward(saved), trace)
    sizes = [float(np.linalg.norm(grads[name])) for name in grads if name.endswith("W")][::-1]
    print(
        f"{activation:8}" + " ".join(f"{size:9.1e}" for size in sizes) + f"   first / last = {sizes[0] / sizes[-1]:.0e}"
    )
    if activation == "sigmoid":
        assert sizes[0] < sizes[-1] / 1000
    else:
        assert sizes[0] > sizes[-1] / 1000

# %% [markdown]
# In a notebook, the same as a figure (`byhand plot RUN --kind gradients`):

# %%
picture(
    lambda: plots.plot_gradient_sizes(
        bh.Network.mlp([2, *[16] * 6, 2], activation="sigmoid", initializer="glorot", seed=1), spiral.train
    )
)

# %% [markdown]
# **Depth × optimizer.** "Deeper is harder; modern optimizers help." Three depths and three optimizers on the spiral,
# two seeds each:

# %%
OPTIMIZERS = {"sgd": 0.05, "momentum": 0.01, "adam": 0.005}
table = {}
for depth_ in (1, 3, 8):
    for optimizer, rate in OPTIMIZERS.items():
        shares = []
        for seed in (0, 1):
            network = bh.Network.mlp([2, *[16] * depth_, 2], seed=seed)
            bh.fit(
                network, spiral.train, loss="softmax_cross_entropy", optimizer=optimizer, learning_rate=rate,
                epochs=100, batch_size=20,
            )  # fmt: skip
            shares.append(float(bh.evaluate(network, spiral.test).accuracy))
        table[depth_, optimizer] = float(np.mean(shares))
    print(f"{depth_} × 16: " + "   ".join(f"{name} {table[depth_, name]:6.1%}" for name in OPTIMIZERS))
assert table[3, "adam"] > table[1, "sgd"]
assert max(table[8, name] for name in OPTIMIZERS) > table[1, "sgd"]

# %% [markdown]
# Read along a row and down a column. Depth helps as long as the optimizer can train it, and a good optimizer moves
# that limit; it does not remove the need to look at the curve.
#
# **Does the noise of small batches help to escape?** XOR with three ReLU units, forty starts, each trained twice: with
# all four points in a step, and with one at a time, for the same number of passes.

# %%
corners = bh.data.xor(4)
solved = {}
for batch_size in (4, 1):
    count = 0
    for seed in range(40):
        network = bh.Network.mlp([2, 3, 2], seed=seed)
        bh.fit(
            network, corners.train, loss="softmax_cross_entropy", optimizer="sgd", learning_rate=0.1, epochs=1500,
            batch_size=batch_size, seed=seed,
        )  # fmt: skip
        count += bool(bh.evaluate(network, corners.train).accuracy == 1)
    solved[batch_size] = count
    print(f"batch of {batch_size}: {count} of 40 starts solve XOR")

# %% [markdown]
# One at a time also makes four times as many updates in the same number of passes, so a difference has two possible
# causes. A start whose units are dead on all four points is lost either way: noise moves only what has a gradient.
#
# **Does a network have to get narrower?** "784, 128, 64, 10: the dimension is reduced step by step." Three shapes with
# about as many parameters, on the small digits:

# %%
SHAPES = {"narrowing": [64, 32, 16, 10], "equal": [64, 28, 28, 10], "widening": [64, 22, 48, 10]}
for name, sizes in SHAPES.items():
    n = sum(a * b + b for a, b in pairwise(sizes))
    shares = []
    for seed in range(5):
        network = bh.Network.mlp(sizes, seed=seed)
        bh.fit(network, data.train, loss="softmax_cross_entropy", epochs=20, batch_size=32, learning_rate=0.003)
        shares.append(float(bh.evaluate(network, data.validation).accuracy))
    print(f"{name:10} {'-'.join(map(str, sizes)):12} {n:,} parameters: {np.mean(shares):.1%} ± {np.std(shares):.1%}")

# %% [markdown]
# The spread over seeds is as large as the differences: on these digits the shape hardly matters. Narrowing is a habit,
# not a law.
#
# **All nineteen.** Each of these is a bet you can place, with several seeds and the spread drawn: `byhand
# experiment NAME`.

# %%
from byhand.experiments import experiments

for one in experiments().values():
    print(f"{one.number:2}  {one.name:20} {one.question}")
assert len(experiments()) == 19

# %% [markdown]
# **Ten signs of a sick training**, and what to turn first:
#
# | sign | likely cause | turn |
# |---|---|---|
# | no better than guessing | labels that belong to other examples, or one of the causes below | look at the data |
# | weights or loss do not move | rate too low | `--learning-rate` up |
# | loss far above that of a constant answer, or nan | rate too high | `--learning-rate` down |
# | dead ReLU units | the first steps were too large | `--learning-rate` down |
# | saturated sigmoid or tanh units | weights too large at the start | `--initializer glorot` |
# | equal units, or weights of zero | no randomness at the start | `--initializer he` |
# | inputs with a root mean square far from 1 | not scaled | `--scaling standardize` |
# | the last class is the answer to everything | sorted, not shuffled | `--shuffle` |
# | train good, validation worse and worse | overfitting | more data, `--patience`, `--dropout` |
# | targets out of the output layer's reach | wrong pair of output and loss | `--output-activation identity` |
#
# byhand looks for all ten after each training and names the evidence, the setting and a command (`bh.diagnose`). An
# eleventh it cannot see: training *and* validation perfect at once, because test examples are in the training set.
#
# ## Traps
#
# - **Changing three things at once.** It gets better, and you do not know why.
# - **One seed.** A difference smaller than the spread over seeds is no difference yet.
# - **Explaining first.** A story can be found for any result; a bet that was written down cannot be bent.
#
# ## Check yourself

# %%
print(questions_text(10))

# %% [markdown]
# ## Exercise
#
# `byhand exercise 10` is a bug hunt: ten backward passes, each with one planted bug that people really make. Find
# and mend them; the gradient check tells which array is wrong, not why.
