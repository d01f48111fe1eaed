// What happens in order while one example goes through a network: phases, and how far each layer has come in each.

/** What happens forwards, of a network with so many layers: the input, sums and activations, the answer. */
export function forwardPhases(nLayers) {
  const layers = Array.from({ length: nLayers }, (_, layer) => [
    { name: "z", layer },
    { name: "a", layer },
  ]).flat();
  return [{ name: "x", layer: -1 }, ...layers, { name: "answer", layer: nLayers - 1 }];
}

/** The whole step: forwards, the loss, and backwards. */
export function phasesOf(nLayers, loss = "") {
  const backward = Array.from({ length: nLayers }, (_, i) => nLayers - 1 - i).flatMap((layer) => [
    { name: "dz", layer },
    { name: "dW", layer },
    ...(layer ? [{ name: "da", layer: layer - 1 }] : []),
  ]);
  return [
    ...forwardPhases(nLayers),
    { name: "loss", layer: nLayers - 1, loss },
    { name: "da", layer: nLayers - 1 },
    ...backward,
  ];
}

export const isBack = ({ name }) => ["da", "dz", "dW"].includes(name);

/** Which numbers of each layer are shown at the end of a phase: "z", "a", "da", "dz" or null. */
export function visibleArrays(phases, at) {
  const shown = [];
  for (const { name, layer } of phases.slice(0, at + 1)) if (["z", "a", "da", "dz"].includes(name)) shown[layer] = name;
  return shown;
}
