"""The multilayer perceptron in plain Python: lists of floats and the standard library, nothing else.

This one file is complete: copy it anywhere, run `python reference.py`, read it from top to bottom. The rest of the
project says the same with arrays, many examples at a time; tests hold the two together to twelve digits.

LESSON ONE, one example on its way through the network and back. x has n_in numbers, z and a have n_out.

    z = x W + b         z[j] = Σᵢ x[i] W[i][j] + b[j]                (1)    a dense layer; W is (n_in, n_out)
    a = f(z)            a[j] = f(z[j])                               (2)    an activation
    L = −Σⱼ t[j] log p[j]     p[j] = exp z[j] / Σₖ exp z[k]          (3)    softmax cross-entropy, or
    L = Σⱼ (a[j] − t[j])²                                            (4)    squared error

d<name> is ∂L/∂name and has the shape of <name>. The chain rule, from the loss back to the data:

    dz[j] = p[j] − t[j]   from (3)      da[j] = 2 (a[j] − t[j])   from (4)      (5)
    dz[j] = da[j] f′(z[j])                                           (6)    back through (2)
    dW[i][j] = x[i] dz[j]        db[j] = dz[j]                       (7)    what (1) could do better
    dx[i] = Σⱼ dz[j] W[i][j]                                         (8)    back through (1): da of the layer before
    W ← W − η dW                                                     (9)    a step downhill, η the learning rate

LESSON TWO, many examples: random numbers that are the same on every machine, initial weights, and training.
"""

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

Vector: TypeAlias = list[float]
Rows: TypeAlias = list[Vector]  # a matrix, or rows of several lengths


# ---- LESSON ONE: layers (strict=True: a wrong length is an error, not a short answer) ----


def dot(u: Iterable[float], v: Iterable[float]) -> float:
    """Return Σᵢ u[i] v[i]."""
    return sum(u_i * v_i for u_i, v_i in zip(u, v, strict=True))


@dataclass
class Dense:
    """z = x W + b: every input is connected with every output.

    W : (n_in, n_out), W[i][j] leads from input i to output j    b : (n_out,)
    """

    W: Rows
    b: Vector

    def forward(self, x: Vector) -> Vector:
        """Return z (n_out,) for x (n_in,)."""
        columns = zip(*self.W, strict=True)
        return [dot(x, column) + b_j for column, b_j in zip(columns, self.b, strict=True)]  # (1)

    def backward(self, dz: Vector, x: Vector, z: Vector) -> tuple[Vector, Rows]:
        """Return dx (n_in,) and what the layer can learn: the rows of dW, then db."""
        dW = [[x_i * dz_j for dz_j in dz] for x_i in x]  # (7)
        dx = [dot(row, dz) for row in self.W]  # (8)
        return dx, [*dW, dz]


@dataclass(frozen=True)
class Activation:
    """a = f(z), number by number. Without it, dense layers in a row are no more than one dense layer.

    slope : f′, written as a function of a, because a is what the backward pass has
    """

    f: Callable[[float], float]
    slope: Callable[[float], float]

    def forward(self, z: Vector) -> Vector:
        """Return a, as long as z."""
        return [self.f(z_j) for z_j in z]  # (2)

    def backward(self, da: Vector, z: Vector, a: Vector) -> tuple[Vector, Rows]:
        """Return dz, as long as z; there is nothing to learn here."""
        return [da_j * self.slope(a_j) for da_j, a_j in zip(da, a, strict=True)], []  # (6)


def sigmoid(z: float) -> float:
    """Return 1 / (1 + e⁻ᶻ), without overflow at any z."""
    e = math.exp(-abs(z))  # never above 1
    return 1 / (1 + e) if z >= 0 else e / (1 + e)


RELU = Activation(lambda z: max(z, 0.0), lambda a: 1.0 if a > 0 else 0.0)  # at exactly 0 we take slope 0
SIGMOID = Activation(sigmoid, lambda a: a * (1 - a))
TANH = Activation(math.tanh, lambda a: 1 - a * a)
SELU = Activation(  # its two numbers keep mean 0 and variance 1: layers/selu.py
    lambda z: 1.0507009873554805 * (z if z > 0 else 1.6732632423543772 * math.expm1(z)),
    lambda a: 1.0507009873554805 if a > 0 else a + 1.0507009873554805 * 1.6732632423543772,
)
IDENTITY = Activation(lambda z: z, lambda a: 1.0)

Network: TypeAlias = list[Dense | Activation]


# ---- LESSON ONE: losses, each with its gradient with respect to the network's output ----

Loss: TypeAlias = Callable[[Vector, Vector], tuple[float, Vector]]


def one_hot(y: int, k: int) -> Vector:
    """Return the target of class y among k: 1.0 at place y, 0.0 elsewhere."""
    return [1.0 if j == y else 0.0 for j in range(k)]


def log_softmax(z: Vector) -> Vector:
    """Return log p[j] = z[j] − log Σₖ exp z[k]."""
    shifted = [z_j - max(z) for z_j in z]  # exp never overflows, and the shift cancels
    log_sum = math.log(sum(math.exp(z_k) for z_k in shifted))
    return [z_j - log_sum for z_j in shifted]


def softmax(z: Vector) -> Vector:
    """Return probabilities, positive and of sum 1, for logits z.

    >>> softmax([1000.0, 1000.0])
    [0.5, 0.5]
    """
    return [math.exp(log_p_j) for log_p_j in log_softmax(z)]


def softmax_cross_entropy(z: Vector, t: Vector) -> tuple[float, Vector]:
    """Return −Σⱼ t[j] log p[j] and dz. For a one-hot t it is −log of the true class's probability. t sums to 1."""
    return -dot(t, log_softmax(z)), [p_j - t_j for p_j, t_j in zip(softmax(z), t, strict=True)]  # (3), (5)


def squared_error(a: Vector, t: Vector) -> tuple[float, Vector]:
    """Return Σⱼ (a[j] − t[j])² and da."""
    error = [a_j - t_j for a_j, t_j in zip(a, t, strict=True)]
    return dot(error, error), [2 * e_j for e_j in error]  # (4), (5)


def huber(a: Vector, t: Vector, delta: float = 1.0) -> tuple[float, Vector]:
    """Return Σⱼ e²/2 where |e| ≤ δ, else δ (|e| − δ/2), e = a[j] − t[j], and da: outliers pull no harder than δ."""
    error = [a_j - t_j for a_j, t_j in zip(a, t, strict=True)]
    terms = [e * e / 2 if abs(e) <= delta else delta * (abs(e) - delta / 2) for e in error]
    return sum(terms), [min(max(e, -delta), delta) for e in error]


def quantile(a: Vector, t: Vector, level: float = 0.5) -> tuple[float, Vector]:
    """Return Σⱼ of q e where e = t[j] − a[j] ≥ 0, else (q − 1) e, and da: the best a is the quantile q of the t."""
    error = [t_j - a_j for a_j, t_j in zip(a, t, strict=True)]
    slopes = [0.0 if e == 0 else -level if e > 0 else 1 - level for e in error]
    return -dot(slopes, error), slopes


def poisson(z: Vector, t: Vector) -> tuple[float, Vector]:
    """Return Σⱼ e to the z[j] − t[j] z[j], and dz: for counts t, of which z is the logarithm of the expected one."""
    mu = [math.exp(z_j) for z_j in z]
    return sum(mu) - dot(t, z), [mu_j - t_j for mu_j, t_j in zip(mu, t, strict=True)]


# ---- LESSON ONE: forward, loss, backward, update ----


def forward(network: Network, x: Vector) -> list[Vector]:
    """Return all that x becomes on its way: values[i] enters layer i, values[-1] is the network's output."""
    values = [x]
    for layer in network:
        values.append(layer.forward(values[-1]))
    return values


def backward(network: Network, values: list[Vector], d_output: Vector) -> Rows:
    """Walk the gradient of the loss back through the network; return the gradient of every row, first layer first."""
    dy = d_output
    grads: Rows = []
    for i in reversed(range(len(network))):
        dy, layer_grads = network[i].backward(dy, values[i], values[i + 1])  # dx of a layer is dy of the one before
        grads = layer_grads + grads
    return grads


def loss_and_gradients(network: Network, loss: Loss, xs: Rows, ts: Rows) -> tuple[float, Rows]:
    """Return the mean loss of some examples and its gradient. The gradient of a mean is the mean of the gradients."""
    total, all_grads = 0.0, []
    for x, t in zip(xs, ts, strict=True):
        values = forward(network, x)
        value, d_output = loss(values[-1], t)
        total += value
        all_grads.append(backward(network, values, d_output))
    n = len(xs)
    return total / n, [[sum(d) / n for d in zip(*rows, strict=True)] for rows in zip(*all_grads, strict=True)]


def parameters(network: Network) -> Rows:
    """Return the rows of W, then b, of each dense layer: the lists themselves, so changing them is learning."""
    return [row for layer in network if isinstance(layer, Dense) for row in (*layer.W, layer.b)]


class SGD:
    """Stochastic gradient descent: each weight moves against its gradient, which points uphill."""

    def update(self, rows: Rows, grads: Rows, learning_rate: float) -> None:
        """W ← W − η dW, in place."""
        for row, d_row in zip(rows, grads, strict=True):
            for j, d in enumerate(d_row):
                row[j] -= learning_rate * d  # (9)


class Adam:
    """A step of its own size for each weight. Source: Kingma & Ba 2015, algorithm 1.

    m ← β₁ m + (1 − β₁) dW      m̂ = m / (1 − β₁ᵗ)       running mean of the gradient          (10)
    v ← β₂ v + (1 − β₂) dW²     v̂ = v / (1 − β₂ᵗ)       running mean of its square            (11)
    W ← W − η m̂ / (√v̂ + ε)                              t counts the steps from 1             (12)
    """

    def __init__(self, beta1: float = 0.9, beta2: float = 0.999, epsilon: float = 1e-8) -> None:
        self.beta1, self.beta2, self.epsilon = beta1, beta2, epsilon
        self.t = 0
        self.m: Rows = []
        self.v: Rows = []

    def update(self, rows: Rows, grads: Rows, learning_rate: float) -> None:
        """Move every weight, in place, and remember."""
        self.t += 1
        self.m = self.m or [[0.0] * len(row) for row in rows]  # both begin at 0; the divisors below undo that
        self.v = self.v or [[0.0] * len(row) for row in rows]
        for row, d_row, m, v in zip(rows, grads, self.m, self.v, strict=True):
            for j, d in enumerate(d_row):
                m[j] = self.beta1 * m[j] + (1 - self.beta1) * d  # (10)
                v[j] = self.beta2 * v[j] + (1 - self.beta2) * d * d  # (11)
                m_hat, v_hat = m[j] / (1 - self.beta1**self.t), v[j] / (1 - self.beta2**self.t)
                row[j] -= learning_rate * m_hat / (math.sqrt(v_hat) + self.epsilon)  # (12)


def train_step(network: Network, loss: Loss, optimizer: SGD | Adam, learning_rate: float, xs: Rows, ts: Rows) -> float:
    """Learn from a few examples, or from one; return their mean loss before the step. All of learning is here."""
    value, grads = loss_and_gradients(network, loss, xs, ts)
    optimizer.update(parameters(network), grads, learning_rate)
    return value


# ---- LESSON TWO: random numbers. Draw i of a stream is a formula of (seed, stream, epoch, i) ----
# Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.

INIT, SHUFFLE, DROPOUT, AUGMENT, DATA, SPLIT = range(6)  # one per purpose: drawing more from one shifts no other
_LOW = 0xFFFFFFFF  # keeps the low 32 bits


def philox(counter: tuple[int, int, int, int], key: tuple[int, int]) -> tuple[int, int, int, int]:
    """Philox4x32-10: scramble four 32-bit words with ten rounds of multiply, cross over and add a key."""
    (c0, c1, c2, c3), (key0, key1) = counter, key
    for _ in range(10):
        product0, product1 = c0 * 0xD2511F53, c2 * 0xCD9E8D57  # 64 bits each: a high and a low word
        c0, c1 = (product1 >> 32) ^ c1 ^ key0, product1 & _LOW
        c2, c3 = (product0 >> 32) ^ c3 ^ key1, product0 & _LOW
        key0, key1 = (key0 + 0x9E3779B9) & _LOW, (key1 + 0xBB67AE85) & _LOW
    return c0, c1, c2, c3


@dataclass
class RandomStream:
    """Random numbers of one purpose, in order.

    seed : 0 … 2⁶⁴−1    stream : INIT … SPLIT    epoch : for INIT the layer's position    position : draws so far
    """

    seed: int
    stream: int
    epoch: int = 0
    position: int = 0

    def draw(self) -> int:
        """Return the next 32-bit word: four come from each block."""
        block, word = divmod(self.position, 4)
        self.position += 1
        counter = (block & _LOW, block >> 32, self.epoch, self.stream)
        return philox(counter, (self.seed & _LOW, self.seed >> 32))[word]

    def uniform(self, n: int) -> Vector:
        """Return n numbers in [0, 1): the top 24 bits of each word, over 2²⁴."""
        return [(self.draw() >> 8) / 2**24 for _ in range(n)]

    def normal(self, n: int) -> Vector:
        """Return n numbers of mean 0 and variance 1, made in pairs (Box-Muller); an odd n wastes the last partner.

        A pair u, v of uniforms becomes a point at distance √(−2 ln(1 − u)) in the direction 2πv.
        """
        numbers: Vector = []
        while len(numbers) < n:
            u, v = self.uniform(2)
            radius, angle = math.sqrt(-2.0 * math.log(1.0 - u)), 2.0 * math.pi * v  # 1 − u is never 0
            numbers += [radius * math.cos(angle), radius * math.sin(angle)]
        return numbers[:n]

    def order(self, n: int) -> list[int]:
        """Return 0 … n−1 shuffled: give each a random number and sort by it."""
        return [i for _, i in sorted(zip(self.uniform(n), range(n), strict=True))]  # of equals, the smaller i first


# ---- LESSON TWO: initial weights, and two clouds of points to learn ----

Initializer: TypeAlias = Callable[[int, int], float]  # (n_in, n_out) → standard deviation of the weights


def he(n_in: int, n_out: int) -> float:
    """√(2/n_in) keeps the size of signals that pass a ReLU. Source: He et al. 2015, eq. 10."""
    return math.sqrt(2.0 / n_in)


def glorot(n_in: int, n_out: int) -> float:
    """√(2/(n_in + n_out)), between what suits signals and gradients. Source: Glorot & Bengio 2010, eq. 12."""
    return math.sqrt(2.0 / (n_in + n_out))


def normal(std: float) -> Initializer:
    """Return the initializer with one standard deviation for every layer."""
    return lambda n_in, n_out: std


def mlp(sizes: list[int], activation: Activation, seed: int, initializer: Initializer = he) -> Network:
    """Return dense, activation, dense, …, dense. Layer number i draws its weights from the stream (seed, INIT, i)."""
    network: Network = []
    for n_in, n_out in pairwise(sizes):
        std, numbers = initializer(n_in, n_out), RandomStream(seed, INIT, epoch=len(network)).normal(n_in * n_out)
        W = [[std * number for number in numbers[i * n_out : (i + 1) * n_out]] for i in range(n_in)]
        network += [Dense(W, b=[0.0] * n_out), activation]  # biases may begin alike, weights must not
    return network[:-1]  # the last z are the outputs


def gaussians(
    n: int, seed: int, centres: Rows | None = None, spreads: tuple[float, ...] = (0.5, 1.5)
) -> tuple[Rows, list[int]]:
    """Return n points of the plane and the cloud, 0 or 1, that each comes from: example i from cloud i mod 2.

    centres : (2, 2), (0, 0) and (1, 1) unless given    spreads : the clouds' standard deviations
    """
    centres, numbers = centres or [[0.0, 0.0], [1.0, 1.0]], RandomStream(seed, DATA).normal(2 * n)
    xs, ys = [], [i % 2 for i in range(n)]
    for i, y in enumerate(ys):
        xs.append([c + spreads[y] * number for c, number in zip(centres[y], numbers[2 * i : 2 * i + 2], strict=True)])
    return xs, ys


# ---- LESSON TWO: training ----


def train(
    network: Network,
    loss: Loss,
    optimizer: SGD | Adam,
    xs: Rows,
    ts: Rows,
    epochs: int,
    batch_size: int,
    learning_rate: Callable[[float], float],
    seed: int,
) -> Iterator[float]:
    """Train the network in place; after each epoch yield its mean loss, as measured on the way.

    learning_rate : η from the share of all steps that is behind us, 0 … 1    batch_size : the last batch may be shorter
    """
    n, n_batches = len(xs), math.ceil(len(xs) / batch_size)
    for epoch in range(1, epochs + 1):
        order, total = RandomStream(seed, SHUFFLE, epoch).order(n), 0.0
        for i in range(n_batches):
            batch = order[i * batch_size : (i + 1) * batch_size]
            rate = learning_rate(((epoch - 1) * n_batches + i) / (epochs * n_batches))
            value = train_step(network, loss, optimizer, rate, [xs[j] for j in batch], [ts[j] for j in batch])
            total += value * len(batch)
        yield total / n


def accuracy(network: Network, xs: Rows, ys: list[int]) -> float:
    """Return the share of examples whose largest output is that of their class."""
    outputs = [forward(network, x)[-1] for x in xs]
    return sum(z.index(max(z)) == y for z, y in zip(outputs, ys, strict=True)) / len(ys)


# ---- THE LESSONS, with real numbers and in plain ASCII, so that every terminal can show them ----

PICTURE = """
             o       o
       o     o       o     o   score of cloud 0
       o     o       o     o   score of cloud 1
             o       o
       x --- a1 ---- a2 -- z3 -> p
          W1     W2     W3
"""
STATIONS = ("x", "z1 = x W1 + b1", "a1 = max(z1, 0)", "z2 = a1 W2 + b2", "a2 = max(z2, 0)", "z3 = a2 W3 + b3")


def show(formula: str, numbers: Vector) -> None:
    """Print one line of the walk."""
    print(f"   {formula:<33}[{''.join(f'{number + 0.0:8.3f}' for number in numbers)} ]")  # + 0.0 turns -0.0 into 0.0


def tell_forward(values: list[Vector], rows: Rows) -> None:
    """Print what becomes of x, and one z with its numbers."""
    for formula, numbers in zip(STATIONS, values, strict=True):
        show(formula, numbers)
    show("p = exp(z3) / sum of exp(z3)", softmax(values[-1]))
    (x0, x1), z1, w0, w1, b = values[0], values[1], rows[0][0], rows[1][0], rows[2][0]
    print(f"      z1[0] = {x0:.3f} * {w0:.3f} + {x1:.3f} * {w1:.3f} + {b:.3f} = {z1[0]:.3f}")


def tell_backward(x: Vector, grads: Rows) -> None:
    """Print the gradient of each z, and one gradient of a weight with its numbers."""
    dz1, dz2, dz3 = grads[2], grads[7], grads[12]  # rows are dW1 (2), db1, dW2 (4), db2, dW3 (4), db3; db is dz
    show("dz3 = p - t", dz3)
    show("dz2 = dz3 W3^T, 0 where z2 < 0", dz2)
    show("dz1 = dz2 W2^T, 0 where z1 < 0", dz1)
    print(f"      dW1[0][0] = x[0] * dz1[0] = {x[0]:.3f} * {dz1[0]:.3f} = {grads[0][0]:.6f}")


def lesson_one() -> None:
    """Print one example's way forward and back, and what the network learns from it."""
    (xs, ys), network = gaussians(2, seed=3), mlp([2, 4, 4, 2], RELU, seed=6)
    x, y, t, rows = xs[1], ys[1], one_hot(ys[1], 2), parameters(network)
    print("LESSON ONE: one example on its way through the network and back\n")
    print(f"The network: 2-4-4-2, {sum(map(len, rows))} numbers to learn\n{PICTURE}")
    print(f"1 FORWARD: which cloud is this point from? (In truth from cloud {y}.)")
    values = forward(network, x)
    tell_forward(values, rows)
    loss, d_output = softmax_cross_entropy(values[-1], t)
    print(f"2 LOSS: how wrong is that?\n   L = -log p[{y}] = -log {softmax(values[-1])[y]:.3f} = {loss:.3f}")
    print("3 BACKWARD: d<name> says how fast L grows when <name> grows")
    grads = backward(network, values, d_output)
    tell_backward(x, grads)
    w, dw = rows[0][0], grads[0][0]
    rows[0][0] = w + 1e-6
    nudged, _ = softmax_cross_entropy(forward(network, x)[-1], t)
    rows[0][0] = w
    print(f"      proof: W1[0][0] a millionth up, and L grows {(nudged - loss) / 1e-6:.6f} millionths")
    print("4 UPDATE: each number takes a step against its gradient, W = W - 0.1 dW")
    print(f"      W1[0][0] = {w:.3f} - 0.1 * {dw:.3f} = {w - 0.1 * dw:.3f}")
    steps = [train_step(network, softmax_cross_entropy, SGD(), 0.1, [x], [t]) for _ in range(4)]
    print(f"   L of this point, step by step: {' > '.join(f'{value:.3f}' for value in steps)}\n")


def decision_map(network: Network) -> str:
    """Return the plane from -3 to 4 as text, each place marked by how probable cloud 1 is there."""
    lines = []
    for i in range(22):
        proba = [softmax(forward(network, [-3 + 7 * j / 55, 4 - 7 * i / 21])[-1])[1] for j in range(56)]
        lines.append("   " + "".join(".:+#"[min(3, int(4 * p))] for p in proba))
    return "\n".join(lines)


def lesson_two() -> None:
    """Print how a network learns two clouds that overlap, one example at a time."""
    (xs, ys), (fresh_xs, fresh_ys) = gaussians(1000, seed=1), gaussians(1000, seed=2)
    network, ts = mlp([2, 16, 8, 2], RELU, seed=1), [one_hot(y, 2) for y in ys]
    print("LESSON TWO: 2-16-8-2 learns from 1000 points, one at a time, 30 times over\n")
    print("   cloud 0: centre (0, 0), spread 0.5        cloud 1: centre (1, 1), spread 1.5\n")
    print("   epoch    loss   right on these   right on 1000 fresh points")
    losses = train(network, softmax_cross_entropy, SGD(), xs, ts, 30, 1, lambda done: 0.05 * (1 - done), seed=1)
    for epoch, loss in enumerate(losses, start=1):
        if epoch in (1, 2, 3, 5) or epoch % 10 == 0:
            right, right_fresh = accuracy(network, xs, ys), accuracy(network, fresh_xs, fresh_ys)
            print(f"   {epoch:5}   {loss:.3f}{right:16.1%}{right_fresh:16.1%}")
    print("\nThe plane, -3 to 4:   . surely cloud 0   : rather 0   + rather 1   # surely 1\n")
    print(decision_map(network))
    print("\nThe best rule: cloud 0 inside the circle of radius 1.23 around (-0.125, -0.125).")
    print("The clouds overlap, so no rule, not even that one, is wrong on fewer than 11.8 %")
    print(f"of new points in the long run. This network is wrong on {1 - right_fresh:.1%} of 1000.")


if __name__ == "__main__":
    lesson_one()
    lesson_two()
