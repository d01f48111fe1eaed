// A network as it predicts, in fewer words: dropout does nothing, and batch normalization is part of its dense layer.
//
//   γ (x W + b − μ) / √(v + ε) + β  =  x W′ + b′,  s = γ / √(v + ε),  W′ = s W,  b′ = s (b − μ) + β

/** @import { Layer, Network } from "./types.js" */

/**
 * Return the network without batch normalization and dropout, or the same one where there is none.
 * @param {Network} network
 * @returns {Network}
 */
export function foldBatchNorm(network) {
  if (!network.layers.some((layer) => layer.batchNorm || layer.dropout)) return network;
  return { ...network, layers: network.layers.map(foldLayer) };
}

/** @type {(layer: Layer) => Layer} */
function foldLayer({ batchNorm, dropout, ...layer }) {
  if (!batchNorm) return layer;
  const { gamma, beta, mean, variance, epsilon = 1e-5 } = batchNorm;
  const scale = Float64Array.from(gamma, (value, j) => value / Math.sqrt(variance[j] + epsilon));
  return {
    ...layer,
    W: layer.W.map((value, i) => value * scale[i % layer.n_out]), // rows of n_out
    b: layer.b.map((value, j) => scale[j] * (value - mean[j]) + beta[j]),
  };
}
