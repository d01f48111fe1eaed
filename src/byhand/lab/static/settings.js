// The part of the state that a training begins from, as the worker takes it.

const CENTRES = [[0, 0], [1, 1]]; // of the two clouds

/** Of a training on digits. */
export function trainSettings({ hidden, activation, loss, optimizer, learningRate, batchSize, epochs, initializer, preparation, shuffle, seed, without }) {
  return { hidden, activation, loss, optimizer, learningRate, batchSize, epochs, initializer, preparation, shuffle, seed, without };
}

/** Of a training on the plane. */
export function planeSettings(state) {
  return {
    set: state.set, n: state.set === "xor" ? 40 : 200, noise: state.noise, arms: state.arms, seed: state.planeSeed, points: state.points,
    clouds: CENTRES.map(([x, y], k) => [x, y, state[`spread${k}`], state[`spread${k}`]]),
    layers: state.planeLayers, optimizer: state.planeOptimizer, learningRate: state.planeRate,
    batchSize: state.planeBatch, initializer: state.planeInit, compare: state.compare,
  };
}
