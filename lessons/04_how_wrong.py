# %% [markdown]
# # Lesson 4: How wrong?
#
# ## Question
#
# The network says 0.1, 0.2, 0.7 and the truth is class 1. How bad is that, as one number?
#
# ## Mental model
#
# ```
#   what the network says   ██  ███  ███████        0.1  0.2  0.7
#   what is true            ░   ████████ ░          0    1    0          ──►   one number: the loss
# ```
#
# > **Plain.** The loss is the price of being wrong. Training looks for weights that pay less.
#
# > **Exact.** A loss is a function L(output, target) ≥ 0, differentiable in the output; over a batch byhand takes
# > the mean over examples of the sum over outputs.
#
# ## Numbers by hand
#
# **Squared error.** Differences: 0.1 − 0 = 0.1, then 0.2 − 1 = −0.8, then 0.7 − 0 = 0.7. Squares: 0.01, 0.64, 0.49.
# Their sum is 1.14, their mean over the three outputs 0.38. Both numbers are in use: books and articles often
# *print* the mean, 0.38, and *use* the gradient of the sum. byhand's loss is the sum, 1.14, and its gradient is the
# gradient of exactly that number. So when you compare two programs, first ask: sum or mean? Between them is a
# factor of the number of outputs.

# %%
import math
from itertools import pairwise

import numpy as np

import byhand as bh

said, true = np.array([[0.1, 0.2, 0.7]]), np.array([[0.0, 1.0, 0.0]])
squares = (said - true) ** 2
print("squares", squares.round(2), "sum", round(float(squares.sum()), 2), "mean", round(float(squares.mean()), 2))
loss, _ = bh.SquaredError().forward(said, true)
assert round(float(loss), 2) == 1.14
assert round(bh.metrics.mean_squared_error(said, true), 2) == 0.38

# %% [markdown]
# **Cross-entropy.** Look only at the probability p that the network gave to the true class, and take −log p. If p =
# 0.82 the loss is 0.198; if p = 0.01 it is 4.605. A confident wrong answer costs most; p = 1 costs nothing.
#
# > **Plain.** The less probability the truth was given, the higher the price, without a limit.
#
# > **Exact.** L = −Σⱼ t[j] log p[j], which for a one-hot target is −log p[y]: the *negative log-likelihood* of the
# > label.

# %%
for p in (1.0, 0.82, 0.5, 0.1, 0.01):
    print(f"p = {p:4}   −log p = {-math.log(p) + 0:.3f}   {'█' * round(-8 * math.log(p))}")
assert round(-math.log(0.82), 3) == 0.198
assert round(-math.log(0.01), 3) == 4.605

# %% [markdown]
# Move p and read the price off, in a notebook:

# %%
from byhand.course import questions_text, slider

ps = [i / 100 for i in range(1, 101)]
slider("p", ps, {"−log p": [-math.log(p) for p in ps]})

# %% [markdown]
# ## Code
#
# Where do probabilities come from? The last layer gives any numbers, the *logits*. **Softmax** makes them positive
# (by e to the power) and divides by their sum.
#
# > **Plain.** Softmax turns any numbers into shares of a whole: the larger the number, the larger its share.
#
# > **Exact.** p[j] = exp(z[j]) / Σₖ exp(z[k]). Adding the same constant to every z[k] changes no p[j], so the largest
# > one is subtracted first and no exponential overflows.

# %%


def softmax(z: np.ndarray) -> np.ndarray:
    e = np.exp(z - z.max(axis=1, keepdims=True))  # the shift cancels and nothing overflows
    return e / e.sum(axis=1, keepdims=True)


logits = np.array([[2.0, 1.0, 0.1]])
p = softmax(logits)
print("logits", logits, "probabilities", p.round(3), "sum", p.sum())
assert p.round(3).tolist() == [[0.659, 0.242, 0.099]]
assert softmax(np.array([[1e4, 0.0, -1e4]])).tolist() == [[1, 0, 0]]  # stable far out

value, _ = bh.SoftmaxCrossEntropy().forward(logits, np.array([1]))
assert math.isclose(float(value), -math.log(p[0, 1]))
print("loss if class 1 is true:", round(float(value), 3))

# %% [markdown]
# With logits 2.0, 1.0, 0.1 the probabilities are 0.659, 0.242, 0.099, and if class 1 is true the loss is 1.417.

# %%
assert round(float(value), 3) == 1.417

# %% [markdown]
# **Scores are not probabilities.** A network with sigmoid outputs gives ten numbers between 0 and 1, one from each
# unit, each of which knows nothing of the others. Add them up:

# %%
data = bh.data.digits(validation=0.2)
scorer = bh.Network.mlp([64, 32, 10], activation="sigmoid", output="sigmoid", seed=1)
bh.fit(scorer, data.train, loss="squared_error", optimizer="sgd", learning_rate=0.5, epochs=30, batch_size=20)
scores = scorer(data.validation.x)
sums = scores.sum(axis=1)
print(f"accuracy {bh.evaluate(scorer, data.validation).accuracy:.1%}")
print(f"sum of the ten scores: smallest {sums.min():.2f}, largest {sums.max():.2f}")
assert sums.min() < 0.9
assert sums.max() > 1.1

# %% [markdown]
# The largest score still names the class, and often the right one. But "0.93" is then not a 93 % chance. Softmax
# outputs do sum to 1, and even they are honest chances only as far as training made them so.
#
# ## See it move
#
# **Loss is not accuracy.** Accuracy counts; loss measures. Between two steps the outputs may improve for every
# example and no answer change: the loss moves and the accuracy stands still. Watch the logits of one example grow:

# %%
print("p(true)   loss   right?")
for gap in (-1.0, -0.1, 0.1, 1.0, 3.0, 6.0):
    chance = 1 / (1 + math.exp(-gap))
    print(f"{chance:7.3f} {-math.log(chance):6.3f}   {'yes' if gap > 0 else 'no'}")

network = bh.Network.mlp([64, 32, 10], seed=1)
history = bh.fit(network, data.train, loss="softmax_cross_entropy", epochs=60, batch_size=32, learning_rate=0.002)
still = [(a, b) for a, b in pairwise(history) if a.accuracy == b.accuracy and b.loss < a.loss]
print(f"{len(still)} times the accuracy stood still while the loss fell, for example:")
for record in still[-1]:
    print(f"   epoch {record.epoch}: training loss {record.loss:.4f}, training accuracy {record.accuracy:.2%}")
assert still

# %% [markdown]
# Not one answer changed between these two epochs, and the loss fell: the network became surer of what it said
# already. The other direction exists too: a few answers become very wrong (loss up) while many become just right
# (accuracy up).
#
# Before any training, a network of ten classes knows nothing: p is about 1/10 and the loss about −log 0.1 = 2.303.
# If your first loss is far from that, something is wrong with the start.

# %%
untrained = bh.Network.mlp([64, 32, 10], initializer=bh.initializers.normal(0.01), seed=1)
before = bh.evaluate(untrained, data.train, loss="softmax_cross_entropy")
print(f"before training: loss {before.loss:.3f}, accuracy {before.accuracy:.1%}")
assert round(-math.log(0.1), 3) == 2.303
assert abs(before.loss - 2.303) < 0.01

# %% [markdown]
# ## Traps
#
# - **Softmax twice.** `SoftmaxCrossEntropy` takes logits. A network that ends in softmax and is given to it applies
#   it twice, and learns slowly without an error message.
# - **log of 0.** −log(softmax(z)) overflows for a very wrong answer. Compute log-softmax in one go: z − log Σ exp
#   z.
# - **Comparing losses of different definitions.** Sum or mean over outputs, with or without label smoothing, with
#   or without a ½: the numbers differ, the network need not.
# - **Reading accuracy as loss.** Training cannot use accuracy: it is flat almost everywhere, so its gradient is 0.
#
# ## Check yourself

# %%
print(questions_text(4))

# %% [markdown]
# ## Exercise
#
# `byhand exercise 4`: softmax that does not overflow, cross-entropy from logits, and squared error as sum and as
# mean.
