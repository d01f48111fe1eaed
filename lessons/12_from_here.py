# %% [markdown]
# # Lesson 12: From here
#
# ## Question
#
# You have built a network from nothing. How do others build the same one, and when should you use something else?
#
# ## Mental model
#
# ```
#   by hand:      forward → loss → backward → update          you wrote all four
#   PyTorch:      forward → loss → loss.backward() → step()   it writes the third from the first
#   scikit-learn: fit(X, y) → predict(X)                      it hides all four
# ```
#
# > **Plain.** A framework takes the same steps. It saves you the backward pass, and runs on other hardware.
#
# > **Exact.** *Automatic differentiation* records the operations of the forward pass and applies the chain rule to
# > them in reverse order: backpropagation, for any computation made of known operations.
#
# ## Numbers by hand
#
# A layer of a *convolutional* network uses the same 5 × 5 weights at every place of the picture. With 16 such
# filters on one channel it has 16 · 25 + 16 = 416 parameters. A fully connected layer from 784 to 128 has 100,480.
# That is what it means to know that neighbours matter: far fewer weights, used everywhere.
#
# > **Plain.** A convolution looks at every place of the picture through the same small window.
#
# > **Exact.** y[r, c, k] = b[k] + Σ w[i, j, m, k] x[r + i, c + j, m] over i, j and m. The same w serves every (r, c),
# > so the number of weights does not depend on the size of the picture.

# %%
import numpy as np

import byhand as bh

print(16 * 25 + 16, f"{784 * 128 + 128:,}")
assert (16 * 25 + 16, 784 * 128 + 128) == (416, 100_480)

data = bh.data.digits(validation=0.2)
network = bh.Network.mlp([64, 32, 10], seed=1)
bh.fit(network, data.train, loss="softmax_cross_entropy", epochs=20, batch_size=32)
x = data.validation.x
logits = network(x)
accuracy = bh.evaluate(network, data.validation).accuracy
print(f"our network: {accuracy:.1%}")

# %% [markdown]
# ## Code
#
# **The same network in scikit-learn**, with our weights put in. Its `coefs_` have our shape (n_in, n_out).

# %%


def softmax(z: np.ndarray) -> np.ndarray:
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


try:
    import warnings

    from sklearn.neural_network import MLPClassifier

    theirs = MLPClassifier(hidden_layer_sizes=(32,), max_iter=1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # one iteration is not meant to converge
        theirs.fit(data.train.x, data.train.y)
    theirs.coefs_ = [network.params["0.W"], network.params["2.W"]]
    theirs.intercepts_ = [network.params["0.b"], network.params["2.b"]]
    difference = float(np.abs(theirs.predict_proba(x) - softmax(logits)).max())
    print(f"scikit-learn: largest difference of a probability {difference:.1e}")
    assert difference < 1e-5
except ImportError:
    print("scikit-learn is not installed here: pip install scikit-learn")

# %% [markdown]
# **In PyTorch.** `Linear.weight` is (n_out, n_in), so W goes in transposed. And the gradient that `loss.backward()`
# makes is the one you wrote by hand.

# %%
loss = bh.SoftmaxCrossEntropy()
trace = network.forward(x)
value, saved = loss.forward(trace.output, data.validation.y)
grads = network.backward(loss.backward(saved), trace)
try:
    import torch

    model = torch.nn.Sequential(torch.nn.Linear(64, 32), torch.nn.ReLU(), torch.nn.Linear(32, 10))
    with torch.no_grad():
        for place in (0, 2):
            model[place].weight.copy_(torch.from_numpy(network.params[f"{place}.W"].T.copy()))
            model[place].bias.copy_(torch.from_numpy(network.params[f"{place}.b"]))
    theirs_loss = torch.nn.functional.cross_entropy(model(torch.from_numpy(x)), torch.from_numpy(data.validation.y))
    theirs_loss.backward()
    difference = float(np.abs(model[0].weight.grad.numpy().T - grads["0.W"]).max())
    print(f"PyTorch: loss {theirs_loss.item():.6f}, ours {float(value):.6f}; gradients differ by {difference:.1e}")
    assert difference < 1e-6
except ImportError:
    print("PyTorch is not installed here: pip install torch")

# %% [markdown]
# **In Keras.** `Dense` has W as we do, (n_in, n_out).

# %%
try:
    import keras

    model = keras.Sequential([keras.Input((64,)), keras.layers.Dense(32, activation="relu"), keras.layers.Dense(10)])
    model.set_weights([network.params[name] for name in ("0.W", "0.b", "2.W", "2.b")])
    difference = float(np.abs(model.predict(x, verbose=0) - logits).max())
    print(f"Keras: largest difference of a logit {difference:.1e}")
    assert difference < 1e-4
except ImportError:
    print("Keras is not installed here: pip install keras")

print("\nall three last compared: PyTorch 2.14.1, Keras 3.15.1 (on PyTorch) and scikit-learn 1.9.1: they agree")

# %% [markdown]
# ## See it move
#
# **How long does one answer take?** A prediction of a small network takes microseconds; a framework's call costs
# more than the arithmetic.

# %%
import time

ask = bh.predictor(network, data.train.preparation)
row = data.validation.raw[0]
start = time.perf_counter()
for _ in range(2000):
    ask.one(row)
seconds = (time.perf_counter() - start) / 2000
print(f"one prediction: {1e6 * seconds:.1f} microseconds")
assert seconds < 0.01

# %% [markdown]
# **When what?**
#
# | your data | use | why |
# |---|---|---|
# | rows of unlike columns | gradient-boosted trees, then an MLP | no scaling, missing values, seldom beaten |
# | rows of like numbers (sensors, embeddings) | MLP | the columns are comparable, any mixture may matter |
# | pictures | CNN, or a pretrained vision transformer | neighbourhood; moved is still the same |
# | text, long sequences | Transformer, pretrained | relations over any distance |
# | short sequences on small hardware | RNN (GRU, LSTM) | constant memory |
# | a few hundred examples | linear model first | less to overfit |
#
# On MNIST, LeNet-5, a convolutional network of 1998, is wrong on 0.95 % of the test digits (LeCun, Bottou, Bengio and
# Haffner, *Gradient-based learning applied to document recognition*, Proceedings of the IEEE 86, 1998, section III.B
# and figure 9; quoted, not measured here). Our 784-128-10 with 101,770 parameters is
# wrong on about 1.7 %. An MLP is flexible, and not the best at any one task.

# %%
LENET_5, PARAMETERS = 0.95, 101_770  # per cent, as published; parameters of 784-128-10
assert PARAMETERS == 784 * 128 + 128 + 128 * 10 + 10
print(f"published error of LeNet-5: {LENET_5} %; ours about {100 - 98.3:.1f} %")

# %% [markdown]
# **Further reading**, each with what it is best for:
#
# - 3Blue1Brown, *Neural networks* (videos): the picture in the head. Watch chapter 2 for what hidden units do *not*
#   do.
# - Michael Nielsen, *Neural Networks and Deep Learning* (free online): the four equations of backpropagation,
#   slowly.
# - Raschka, Liu, Mirjalili, *Machine Learning with PyTorch and Scikit-Learn*, chapter 11: our `first` recipe, in
#   NumPy.
# - Goodfellow, Bengio, Courville, *Deep Learning* (free online): chapter 6 for MLPs, chapter 8 for optimization.
# - Karpathy, *micrograd* (video and 150 lines): automatic differentiation, written by hand. The best next step from
#   here.
# - *Dive into Deep Learning* (free online): everything after this, with code.
#
# **The summary card of your network.** One page with network, data, figures and the command that trains it again:

# %%
print(network.summary())
low, high = bh.evaluate(network, data.validation).interval
print(f"\ndata        bundled digits, {len(data.train):,} to train, {len(data.validation)} to validate")
print(f"accuracy    {accuracy:.1%} on validation, 95 % interval {low:.1%} … {high:.1%}")
print("again       byhand train digits --validate")

# %% [markdown]
# ## Traps
#
# - **"From scratch" as production.** Ours is tested, and small. Use a framework for convolutions, attention, a GPU,
#   or a team that knows it.
# - **Comparing frameworks with different defaults.** Initialization, rate, batch size, ε of Adam: make them equal
#   first.
# - **The newest model for the smallest data.** Begin with the simplest thing that could work, and a baseline.
#
# ## Check yourself

# %%
from byhand.course import questions_text

print(questions_text(12))

# %% [markdown]
# ## Exercise
#
# `byhand exercise 12`: move weights to PyTorch's orientation and back, count the parameters of a convolution, and
# write the whole network as one function.
