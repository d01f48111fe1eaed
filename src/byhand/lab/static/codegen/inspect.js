// Programs of the views that look at what a network says: Draw, Network, Microscope, Mistakes.

import { truthOf } from "../shared/true-label.js";
import { arrayOf, lossOf, modelSection, networkOf } from "./python.js";

const START = "import numpy as np\n\nimport byhand as bh\n\n";

/** What the network sees; throws where nothing is drawn. */
function pictureSection({ picture }) {
  if (!picture) throw new Error("nothing is drawn yet: draw a digit first, or load one");
  return {
    text: "The picture as the network sees it, a row of pixel values.",
    code: `picture = ${arrayOf(picture, "uint8", Math.sqrt(picture.length))}.reshape(1, -1)`,
  };
}

export async function drawProgram(state, app) {
  const { prediction, attribution, robustness } = app.frames;
  const sections = [
    await modelSection(state.model, app),
    pictureSection(state),
    {
      text: "The score of each class.",
      code: `says = model.scores(picture)[0]
for name, score in zip(model.class_names, says, strict=True):
    print(f"{name}: {${prediction?.output === "probabilities" ? "100 * score:.1f} %" : "score:.3f}"}")`,
    },
  ];
  if (attribution?.attributions)
    sections.push({
      text: "Why: each pixel's attribution, of the logit or of its lead over another. All of them and the bias term sum to it.",
      code: `from byhand.inspection.attribution import attribute

target, baseline = ${attribution.toward}, ${attribution.against < 0 ? "None" : attribution.against}
found = attribute(model.network, picture[0], model.preparation, target, baseline)
shares = found.attributions
evidence, counter = shares[shares > 0].sum(), shares[shares < 0].sum()
print(f"for: {evidence:.3f}, against: {counter:.3f}, bias term: {found.bias_term:.3f}")`,
    });
  if (robustness && robustness.radius !== null)
    sections.push({
      text: "Robustness: a change of up to the certified radius in every pixel value does not alter the prediction; and one that does.",
      code: `from decimal import ROUND_DOWN, Context

from byhand.inspection.robustness import certified_radius, find_adversarial, robustness_query

query = robustness_query(model.network, picture[0], model.preparation, 0, ${state.picture.length === 64 ? 16 : 255})
certified = Context(prec=3, rounding=ROUND_DOWN).create_decimal(float(certified_radius(query)))  # never up
print(f"certified: {certified:f}")
found = find_adversarial(query)
print(f"adversarial: {found.radius if found else 'none'}")`,
    });
  return sections;
}

/** Forwards and back, every array under the name that the page gives it. */
const PASSES = (label, loss, rate) => `loss = ${loss}
target = np.array(${label})
trace = network.forward(x)
value, saved = loss.forward(trace.output, target)
grads = network.backward(loss.backward(saved), trace)
arrays, layer = {"x": x, "L": np.array([[value]])}, 0
for i, step in enumerate(trace.steps):
    if isinstance(step.layer, bh.Dense):
        layer += 1
        for name in "Wb":
            before, gradient = np.atleast_2d(step.layer.params[name]), np.atleast_2d(grads[f"{i}.{name}"])
            after = before - ${rate} * gradient
            arrays |= {f"{name}{layer}": before, f"d{name}{layer}": gradient, f"v{name}{layer}": after}
        arrays |= {f"z{layer}": step.y, f"dz{layer}": step.dy, f"s{layer}": np.ones_like(step.y)}
    else:
        arrays[f"s{layer}"] = step.layer.backward(np.ones_like(step.y), step.saved)[0]
    arrays |= {f"a{layer}": step.y, f"da{layer}": step.dy}
print(f"loss: {value:.6g}")`;

const FLOAT64 = `network = model.network.astype(np.float64)
x = model.preparation.apply(picture, np.float64)
`;

/** The network and what it looks at: the digit in Draw, or a point of the plane with these coordinates. */
async function exampleSections(state, app, x) {
  if (state.of === "digit") return [await modelSection(state.model, app), pictureSection(state)];
  const network = `${START}${networkOf(app.frames.plane.networks[0].layers)}
network = network.astype(np.float64)`;
  const text = "The network of the plane and the point that is looked at.";
  return [{ text, code: `${network}\nx = ${arrayOf(x, "float64")}.reshape(1, -1)` }];
}

export async function networkProgram(state, app) {
  const { forwardBackward: passes, sum } = app.frames;
  if (!passes && state.of === "digit") pictureSection(state); // says what is missing
  if (!passes) throw new Error("the network has not looked at the picture yet");
  const isPoint = state.of === "plane";
  const isCurve = isPoint && passes.lossName === "squared_error";
  const truth = isPoint ? 0 : (truthOf(app, state, app.frames) ?? -1);
  const known = truth >= 0; // else the gradients are of no loss that anybody chose
  const layer = Math.min(state.layer, passes.layers.length - 1);
  const unit = Math.min(state.unit, passes.layers[layer].n_out - 1);
  const loss = lossOf(passes.lossName, passes.labelSmoothing);
  return [
    ...(await exampleSections(state, app, passes.x)),
    {
      text: "Forwards and back through the network, in float64.",
      code: `${isPoint ? "" : FLOAT64}${PASSES(isCurve ? `[[${passes.target[0]}]]` : `[${passes.label}]`, loss, 0)}`,
    },
    {
      text: `Unit ${unit} of layer ${layer + 1}.`,
      code: `for name in (${known ? '"z", "a", "da", "dz"' : '"z", "a"'}):
    print(f"{name}: {arrays[f'{name}${layer + 1}'][0, ${unit}]:.${sum ? 4 : 3}f}")`,
    },
  ];
}

export async function microscopeProgram(state, app) {
  const { step, cell } = app.frames;
  if (!step || !cell) throw new Error("there is no number under the microscope yet");
  const loss = lossOf(step.lossName, step.labelSmoothing);
  const isCurve = step.target.length === 1 && step.lossName === "squared_error";
  const passes = PASSES(isCurve ? `[[${step.target[0]}]]` : `[${step.label}]`, loss, step.rate);
  const ends = {
    softmax_cross_entropy: `from byhand.layers.softmax import softmax

arrays["p"], arrays["t"] = softmax(trace.output), saved[1]`,
    binary_cross_entropy: `from byhand.layers.sigmoid import sigmoid

arrays["p"], arrays["t"] = sigmoid(trace.output), saved[1]`,
    squared_error: `arrays["t"] = trace.output - saved  # what is saved is the error`,
  }[step.lossName];
  return [
    ...(await exampleSections(state, app, step.arrays.x.numbers)),
    {
      text: "One step, forwards, back and down, in float64; every array under its name.",
      code: `${state.of === "digit" ? FLOAT64 : ""}${passes}\n${ends}`,
    },
    {
      text: "The number under the microscope.",
      code: `print(f"${cell.name}[${cell.row}, ${cell.col}]: {arrays['${cell.name}'][${cell.row}, ${cell.col}]:.6g}")`,
    },
  ];
}

export async function mistakesProgram(state, app) {
  const { mistakes } = app.frames;
  if (!mistakes) throw new Error("the network has not been tested yet");
  const test =
    mistakes.data === "mnist"
      ? "test = bh.data.mnist().test  # from BYHAND_DATA, or downloaded\nraw, y = test.raw, test.y"
      : "everything = bh.data.digits().train\nraw, y = everything.raw[::5], everything.y[::5]  # every fifth is for testing";
  return [
    await modelSection(state.model, app),
    {
      text: "The test set through the network: rows are what it is, columns what the network said.",
      code: `${test}
said = model.predict(raw)
print(f"{(said == y).sum()} of {len(y)} right")
counts = np.zeros((model.n_classes, model.n_classes), dtype=int)
np.add.at(counts, (y, said), 1)
print(counts)`,
    },
  ];
}

export async function experimentsProgram(state, app) {
  const { experiment } = app.frames;
  const shown = experiment?.experiment === state.experiment ? experiment : null;
  const data =
    shown && !["mnist", "drawn by the seed"].includes(shown.data)
      ? " The page had other digits at hand: these runs are on MNIST."
      : "";
  return [
    {
      text: `The experiment, with the seeds 1 to ${state.seeds}. Where the page says that it used part of the digits, this uses all.${data}`,
      code: `from byhand.experiments import experiment_named, run_experiment

experiment = experiment_named("${state.experiment}")
result = run_experiment(experiment, ${state.seeds})
for trial in experiment.trials:
    for measure in experiment.scale:
        values = ", ".join(f"{value:.4g}" for value in result.of(trial.name, measure.name))
        print(f"{trial.name}, {measure.name}: mean {result.mean(trial.name, measure.name):.4g} of {values}")
print("as expected" if result.is_as_expected else "not as expected")`,
    },
  ];
}
