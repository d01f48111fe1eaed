// Every term plainly and exactly: written by tools/make_glossary.py from docs/glossary.md.

/** @type {Record<string, [plain: string, exact: string]>} */
export const GLOSSARY = {
  "accuracy": [
    "The fraction of examples whose largest output names the right class.",
    "(number of i with argmaxⱼ z[i, j] = y[i]) / n.",
  ],
  "activation": [
    "A function such as ReLU that each unit applies to its weighted sum.",
    "a = f(z), computed for each number of z alone. If f is linear, layers collapse into one matrix.",
  ],
  "adversarial example": [
    "An input changed slightly so that the prediction differs; a smaller change may do it too, down to the certified radius.",
    "x + δ with δ small in every component, such that argmax z(x + δ) ≠ argmax z(x).",
  ],
  "attribution": [
    "The part of a logit that comes from one input; all attributions and the bias term add up to the logit exactly.",
    "gₖ scaleₖ rₖ for the stored value rₖ, with gₖ = ∂logit/∂xₖ. Around an example a ReLU network is linear, so nothing is left over.",
  ],
  "batch": [
    "The examples whose mean gradient is used for one step.",
    "n examples, drawn without replacement; a step uses dW = (1/n) Σᵢ ∂Lᵢ/∂W.",
  ],
  "batch normalization": [
    "Centres and scales each unit's sums by those of its batch, then applies a learned scale and shift.",
    "y = γ (x − μ) / √(v + ε) + β, with mean μ and variance v of the batch in training, and their running averages in prediction.",
  ],
  "Bayes error": [
    "The lowest error that any classifier can reach on this distribution.",
    "1 − E[maxₖ p(k given x)]; for two equally frequent classes ½ ∫ min(p₀, p₁) dx.",
  ],
  "bias": [
    "A unit's own number, added to its weighted sum whatever its inputs are.",
    "b in z = Σᵢ w[i] x[i] + b.",
  ],
  "bias term": [
    "What remains of a logit when every input is zero: the biases and the input scaling.",
    "logit − Σₖ gₖ scaleₖ rₖ, with gₖ = ∂logit/∂xₖ and the stored values rₖ.",
  ],
  "certified": [
    "Shown by bounds that hold for every change of that size, not by trying some.",
    "Proved: z[y] > z[j] for all j ≠ y and for every δ with −r ≤ δₖ ≤ r, by linear bounds on each unit (CROWN).",
  ],
  "chain rule": [
    "The effect of a weight on the loss is the product of the effects along the way.",
    "For L(a(z(w))): dL/dw = dL/da · da/dz · dz/dw; over several paths, the sum of their products.",
  ],
  "confusion matrix": [
    "Counts how often each true class (row) was predicted as each class (column).",
    "C[i, j] = number of examples with label i and prediction j; accuracy = Σᵢ C[i, i] / Σᵢⱼ C[i, j].",
  ],
  "dead unit": [
    "A ReLU unit that outputs 0 for every example, and so receives no gradient.",
    "z ≤ 0 for every example, so that a = 0, f′(z) = 0, and ∂L/∂w = 0 for all its weights.",
  ],
  "dropout": [
    "Sets a random fraction of the hidden units to zero in each training step, so that no unit relies on another.",
    "a ← a m with m = 1 / (1 − p) with probability 1 − p, else 0; in prediction m = 1, the expected value.",
  ],
  "early stopping": [
    "Ends training when the validation loss has not improved for some epochs, and keeps the best weights.",
    "Training ends after epoch e + patience, where e has the lowest validation loss so far; the weights of epoch e are kept.",
  ],
  "epoch": [
    "One pass over all training examples.",
    "⌈n / batch size⌉ steps, in which each of the n examples is used once.",
  ],
  "gradient": [
    "How fast the loss changes when this number changes.",
    "∂L/∂w. The vector of all of them points where L rises fastest.",
  ],
  "initialization": [
    "How the weights are drawn before training. If all were equal, all units would stay equal.",
    "he: W from N(0, 2 / n_in); glorot: N(0, 2 / (n_in + n_out)); b = 0.",
  ],
  "input scaling": [
    "How stored numbers become inputs: none, minmax (0 … 1), minmax-signed (−1 … 1), or standardize (mean 0, standard deviation 1).",
    "x = raw · scale + shift, with scale and shift computed from the training set alone.",
  ],
  "label smoothing": [
    "Spreads a fraction of each target evenly over all classes, which keeps the network from becoming overconfident.",
    "t ← (1 − ε) t + ε / k, for k classes.",
  ],
  "learning rate": [
    "How far one step moves the weights. Too small is slow, too large diverges.",
    "η in W ← W − η dW.",
  ],
  "learning-rate schedule": [
    "Changes the learning rate from step to step; the rate given is its peak.",
    "η as a function of s, the fraction of all steps already taken; cosine: η · ½ (1 + cos πs).",
  ],
  "logit": [
    "The number that the last layer computes for a class; the class with the largest logit is the prediction.",
    "z of the last layer. After softmax, z[j] − z[k] = log(p[j] / p[k]).",
  ],
  "loss": [
    "One number that measures how far the outputs are from the targets; training makes it smaller.",
    "L = (1/n) Σᵢ Σⱼ ℓ(output[i, j], target[i, j]), a function of all weights.",
  ],
  "momentum": [
    "The fraction of the last update that is kept in the next one, so that updates in one direction add up.",
    "v ← μ v + dW, then W ← W − η v.",
  ],
  "optimizer": [
    "The rule that turns gradients into weight updates.",
    "A function (W, dW, its state, η) → (W, its state), for example W ← W − η dW.",
  ],
  "pixel value": [
    "A pixel's darkness, from 0 (paper) to 255 (full ink).",
    "One byte r; the network is given x = r · scale + shift.",
  ],
  "probability": [
    "Softmax turns logits into probabilities: e to the logit, divided by the sum of these over all classes.",
    "p[j] = exp(z[j]) / Σₖ exp(z[k]).",
  ],
  "ReLU": [
    "Outputs its input where that is positive, and 0 elsewhere.",
    "f(z) = max(z, 0), with f′(z) = 1 for z > 0 and 0 elsewhere.",
  ],
  "residual connection": [
    "Adds the input of a hidden layer to its output; both must have the same width.",
    "y = x + f(x), so that dx = dy + (dy propagated back through f).",
  ],
  "score": [
    "What one output says about its class alone; scores need not sum to 1 and are not probabilities.",
    "One sigmoid for each class, 1 / (1 + exp(−z[j])), or the output itself, trained by squared error.",
  ],
  "seed": [
    "The number that all randomness is computed from: the same seed gives the same training.",
    "The key of Philox4x32-10: each random number is a function of (seed, stream, epoch, index).",
  ],
  "squared error": [
    "The squared distance between output and target, summed over outputs, averaged over examples.",
    "L = (1/n) Σᵢ Σⱼ (a[i, j] − t[i, j])², so that da = 2 (a − t) / n.",
  ],
  "step": [
    "One batch forward, its gradients backward, and one update of every weight.",
    "Forward: L; backward: dW = ∂L/∂W; update: W ← W − η dW, or the optimizer's rule.",
  ],
  "true error": [
    "The error over all points that could be drawn, not only over those in the sample.",
    "P(prediction ≠ y) for (x, y) drawn from the distribution.",
  ],
  "unit": [
    "Also called a neuron: computes a weighted sum of its inputs plus a bias, and applies the activation.",
    "a = f(Σᵢ w[i] x[i] + b); its weights are one column of W.",
  ],
  "validation set": [
    "Examples that training never uses; settings are chosen by the results on them.",
    "Disjoint from the training set, from the same distribution. The best of many settings looks better on it than it is: hence a test set.",
  ],
  "warmup": [
    "The first fraction of training, in which the learning rate rises linearly to its peak.",
    "η of step t is η t / T, for t = 1 … T.",
  ],
  "weight": [
    "The factor by which a unit multiplies one of its inputs.",
    "w[i, j], from input i to unit j: ∂z[j]/∂x[i] = w[i, j].",
  ],
  "weight decay": [
    "Pulls every weight towards zero in each step, in proportion to its size.",
    "dW ← dW + λ W, the gradient of λ/2 Σ W² added to the loss; AdamW: W ← W − η λ W. Biases do not decay.",
  ],
  "z": [
    "A unit's pre-activation: its weighted inputs plus its bias.",
    "z[j] = Σᵢ x[i] w[i, j] + b[j]; of a batch, Z = X W + b.",
  ],
};
