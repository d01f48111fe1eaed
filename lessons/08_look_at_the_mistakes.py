# %% [markdown]
# # Lesson 8: Look at the mistakes
#
# ## Question
#
# 95 % are right. What about the others: which digits, taken for what, and why?
#
# ## Mental model
#
# ```
#                predicted
#                0   1   2  …  9
#   true   0   [ 35          ]         the diagonal is right,
#          1   [     34   1  ]         every other cell is a kind of mistake
#          …
# ```
#
# > **Plain.** Do not only count the mistakes. Sort them by kind, and look at them.
#
# > **Exact.** Entry (i, j) of the *confusion matrix* counts the examples of class i that were predicted as class j.
# > Its sum is the number of examples, the sum of the diagonal that of the right ones. *Recall* of a class is its
# > diagonal entry over its row's sum, *precision* over its column's sum.
#
# ## Numbers by hand
#
# Six examples, true 4 4 4 9 9 9, predicted 4 4 9 9 4 9. The matrix of the two classes is 2 1 / 1 2: accuracy 4/6 =
# 66.7 %, recall of 4 is 2/3.

# %%
import numpy as np

import byhand as bh

true = np.array([4, 4, 4, 9, 9, 9])
predicted = np.array([4, 4, 9, 9, 4, 9])
small = np.array([[np.sum((true == i) & (predicted == j)) for j in (4, 9)] for i in (4, 9)])
print(small, f"accuracy {np.trace(small) / small.sum():.1%}")
assert small.tolist() == [[2, 1], [1, 2]]
assert round(100 * np.trace(small) / small.sum(), 1) == 66.7

# %% [markdown]
# ## Code

# %%
data = bh.data.digits(validation=0.5)
network = bh.Network.mlp([64, 24, 10], seed=1)
bh.fit(network, data.train, loss="softmax_cross_entropy", epochs=15, batch_size=32)
found = bh.evaluate(network, data.validation)
print(f"{found.accuracy:.1%} of {found.n} right\n")
print("true \\ predicted " + " ".join(f"{j:3}" for j in range(10)))
for i, row in enumerate(found.confusion):
    print(f"{i:16} " + " ".join(f"{count:3}" if count else "  ·" for count in row))
mistakes = int(found.confusion.sum() - np.trace(found.confusion))
print("\nmistakes:", mistakes, "- the most common:", bh.metrics.top_confusions(found.confusion, 3))
assert found.confusion.sum() == found.n
assert mistakes == int((found.predicted != data.validation.y).sum())

# %% [markdown]
# ## See it move
#
# The surest mistakes first: the ones where the network was most confident and wrong.

# %%


def softmax(z: np.ndarray) -> np.ndarray:
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


p = softmax(found.output)
wrong = np.flatnonzero(found.predicted != data.validation.y)
surest = wrong[np.argsort(-p[wrong].max(axis=1))][:5]
print("   ".join(f"{data.validation.y[i]} read as {found.predicted[i]} {p[i].max():4.0%}".ljust(16) for i in surest))
pictures = data.validation.raw[surest].reshape(-1, 8, 8).astype(int)
for row in range(8):
    print("   ".join("".join(" ░▒▓█"[min(4, value // 4)] * 2 for value in picture[row]) for picture in pictures))
assert len(surest) == 5

# %% [markdown]
# In a notebook: the surest mistakes, and the confusion matrix with a picture in each cell. `byhand plot RUN --kind
# mistakes` writes them as files.

# %%
from byhand import plots
from byhand.course import picture, questions_text

model = bh.Model(network, data.train.preparation, "probabilities", data.class_names, image_shape=data.image_shape)
picture(lambda: plots.plot_mistakes(model, data.validation, 12))

# %%
picture(lambda: plots.plot_confusion(model, data.validation))

# %% [markdown]
# **What the articles say, and what is true.** "Sevens are taken for ones, nines for fours." Five networks of `byhand
# train vanilla` made about 165 mistakes each on MNIST's test set. A 4 was read as 9 ten times, a 7 as 2 nine times, a 5
# as 3 seven times, a 9 as 4 six times; a 7 was read as 1 five times, and a 1 as 7 hardly ever. So the second half is
# right and the first half is weak. (A test trains these five anew where MNIST is.) Count on your own run: `byhand
# evaluate`.
#
# **Guess before the network does.** `byhand guess` shows you the digits that a network finds hardest, asks what you
# read, and puts your answers beside the network's. People are not perfect on these either.

# %%
hardest = np.argsort(p.max(axis=1))[:20]
print("the 20 least certain:", hardest.tolist())
print("the network says:    ", found.predicted[hardest].tolist())
print("written as:          ", data.validation.y[hardest].tolist())
right_on_hard = float((found.predicted[hardest] == data.validation.y[hardest]).mean())
print(f"right on these: {right_on_hard:.0%}, on all: {found.accuracy:.0%}")
assert right_on_hard < found.accuracy

# %% [markdown]
# **From a mistake to better data.** A mistake has one of three causes, and each has its remedy:
#
# | what you see | cause | remedy |
# |---|---|---|
# | a rare style (a barred seven) | too few such examples | collect more, or shift pictures: `--move 2` |
# | you cannot read it either, or the label is wrong | the data | correct or leave it; 100 % is then impossible |
# | clear to you, not rare | the model | more units, other input, a convolutional network |
#
# Find the training digits nearest to a mistake. If they have another label than it should have, you know why.

# %%
mistake = surest[0]
distance = np.linalg.norm(data.train.x - data.validation.x[mistake], axis=1)
nearest = np.argsort(distance)[:5]
print(
    f"true {data.validation.y[mistake]}, predicted {found.predicted[mistake]}; its five nearest training digits are",
    data.train.y[nearest].tolist(),
)

# %% [markdown]
# **Sure is not the same as right.** Ask about pictures that are no digits at all:
#
# > **Plain.** A high probability says that the other answers look worse. It does not say that this one is right.
#
# > **Exact.** A classifier is *calibrated* if of all predictions made with probability p the fraction p is right.
# > Softmax guarantees that the probabilities sum to 1, and nothing else.

# %%
noise = np.random.default_rng(0).uniform(0, 1, (1000, 64)).astype(np.float32)
top = softmax(network(noise)).max(axis=1)
print(f"1,000 pictures of noise: mean top probability {top.mean():.0%}, above 90 %: {np.mean(top > 0.9):.0%}")
assert top.mean() > 0.3

# %% [markdown]
# Softmax must share out 100 % among ten digits. "None of these" is not among its answers: `byhand experiment
# noise-and-nonsense`.
#
# ## Traps
#
# - **Reading the matrix the wrong way round.** Rows are true, columns predicted: here. Other programs have it
#   transposed.
# - **Accuracy with unequal classes.** If 99 % are healthy, "always healthy" is 99 % right. Look at recall.
# - **Removing the mistakes from the test set.** Then the number is about an easier world.
#
# ## Check yourself

# %%
print(questions_text(8))

# %% [markdown]
# ## Exercise
#
# `byhand exercise 8`: the confusion matrix, recall, and the Wilson interval.
