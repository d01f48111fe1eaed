// One plain sentence for every term.

export const GLOSSARY = {
  logit: "A logit is the number the last layer gives for a class; the class with the largest logit wins.",
  probability:
    "The softmax makes probabilities of logits: e to the logit, divided by the sum of these over all classes.",
  score:
    "A score is what the network's output says of one class by itself; scores need not sum to 1 and are no probabilities.",
  share:
    "A pixel's share is how much of the logit this pixel's ink makes up; all shares and the rest sum to the logit exactly.",
  rest: "The rest is what the logit would keep if the paper were empty but every unit stayed on its side: biases and the preparation.",
  proved: "Proved means: by bounds that hold for every possible change of that size, not by trying some.",
  found:
    "Found means: here is one change of that size that does it; a smaller one may exist, down to the proved radius.",
  "grey level": "A pixel's darkness, from 0, paper, to 255, full ink.",
  epoch: "One epoch shows the network every training example once.",
  step: "One step looks at one minibatch and then moves every weight a little against its gradient.",
  minibatch: "A minibatch is the handful of examples whose mean gradient makes one step.",
  loss: "The loss is one number that says how far the answers are from the truth; training makes it smaller.",
  accuracy: "Accuracy is the share of examples whose largest output names the right class.",
  validation: "Validation examples are held back: the network is judged on them and never learns from them.",
  "learning rate": "The learning rate is how far a step goes: too small takes for ever, too large flies apart.",
  activation: "An activation is what a unit passes on: its sum bent by a function such as ReLU.",
  unit: "A unit, or neuron, sums its weighted inputs and its bias, bends the sum, and passes it on.",
  weight: "A weight says how strongly one unit listens to another; negative weights speak against.",
  bias: "A bias is a unit's own number, added whatever its inputs are.",
  gradient: "A gradient says how the loss would change if this number were a little larger.",
  "chain rule": "The chain rule: how the loss changes with a weight is a product of the effects along the way.",
  optimizer: "The optimizer is the rule that turns gradients into moves of the weights.",
  initialisation: "Where the weights begin; if all were equal, all units would stay equal for ever.",
  preparation:
    "How grey levels become inputs: raw as they are, unit from 0 to 1, signed from −1 to 1, or standard, with mean 0 and deviation 1 over all pixels.",
  momentum: "Momentum keeps this share of the last move in the next one, so that moves in one direction add up.",
  schedule: "A schedule changes the learning rate from step to step; the rate above is where it is highest.",
  "warm up": "During the warm-up, this share of all steps, the learning rate climbs to its height in a straight line.",
  dropout:
    "Dropout silences this share of the hidden units, others in every training step, so that no unit can lean on another.",
  "batch normalisation":
    "Batch normalisation centres and scales each unit's sums by those of its minibatch, then gives them a learned scale and shift.",
  "way around":
    "A way around a hidden layer adds what came in to what goes out; the layer must be as wide as the one before.",
  "label smoothing":
    "Label smoothing spreads this share of each target evenly over all classes: be sure, but not beyond that.",
  seed: "The seed is the number all randomness comes from: the same seed, the same training.",
  "squared error": "The squared error is the distance between answer and truth, squared, averaged over the examples.",
  "true error":
    "The true error is the share of all points that could be drawn, not only of these, that the network gets wrong.",
  "confusion matrix": "The confusion matrix counts how often each digit (row) was taken for each (column).",
  z: "z is a unit's sum: each input times its weight, plus the bias.",
  ReLU: "ReLU passes on what is above zero and nothing else.",
};
