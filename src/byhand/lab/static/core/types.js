// What the core takes and gives, for the type checker. Nothing of it runs.

/**
 * @typedef {object} BatchNorm
 * @property {Float32Array} gamma (n_out), as the other three
 * @property {Float32Array} beta
 * @property {Float32Array} mean
 * @property {Float32Array} variance
 * @property {number} [momentum]
 * @property {number} [epsilon]
 */

/**
 * @typedef {object} Layer a dense layer with what lies behind it
 * @property {number} n_in
 * @property {number} n_out
 * @property {string} activation
 * @property {number} [slope] of leaky ReLU below zero
 * @property {Float32Array} W (n_in, n_out), row by row
 * @property {Float32Array} b (n_out)
 * @property {BatchNorm} [batchNorm] of every layer but the last, as the next two
 * @property {number} [dropout] the fraction of its units that is dropped in training
 * @property {number} [residual] how many layers the residual connection spans that ends behind it, itself included
 */

/**
 * @typedef {object} Network
 * @property {Layer[]} layers
 * @property {string} [loss]
 * @property {number} [labelSmoothing]
 */

/**
 * @typedef {object} Optimizer a rule and its memory
 * @property {string} kind
 * @property {number} [momentum]
 * @property {number} [beta1]
 * @property {number} [beta2]
 * @property {number} [epsilon]
 * @property {number} [weightDecay]
 * @property {number} [clipNorm]
 * @property {number} [steps] that were taken
 * @property {Float32Array} [first] moments of the gradients, of as many numbers as there are parameters
 * @property {Float32Array} [second]
 */

/**
 * @typedef {object} Stream where random numbers come from
 * @property {number} seed
 * @property {number} stream one of STREAMS
 * @property {number} [epoch]
 * @property {number | bigint} [position] how many numbers of it were drawn before
 */

/** @typedef {Uint8Array | Float32Array} Inputs (n, n_in), row by row */

/** @typedef {{kept: number, length: number, areBytes: boolean}} KeptInputs inputs that are in the core's memory */

/** @typedef {number | Float32Array} PerInput one number for all inputs, or one each */

/**
 * @typedef {object} Examples
 * @property {Inputs | KeptInputs} inputs
 * @property {PerInput} scale x = input · scale + shift
 * @property {PerInput} shift
 * @property {ArrayLike<number>} [labels] (n)
 * @property {ArrayLike<number>} [targets] (n, n_out)
 * @property {ArrayLike<number>} [order] the rows of an epoch
 * @property {number} [batchSize]
 * @property {ArrayLike<number>} [learningRates] one a step
 * @property {Partial<Stream>} [draws] of dropout: its stream is DROPOUT
 * @property {ArrayLike<number> | null} [moved] where pictures move: right, down of each row in the order
 * @property {number[]} [imageShape] of pictures that move
 */

/**
 * @typedef {object} Example one row, and the range that its numbers keep to
 * @property {ArrayLike<number>} stored (n_in)
 * @property {PerInput} scale
 * @property {PerInput} shift
 * @property {number} [lowest]
 * @property {number} [highest]
 */

/**
 * @typedef {object} LayerTrace one example's numbers in a layer
 * @property {Float64Array} z (n_out), as the next three: what the activation gets
 * @property {Float64Array} a
 * @property {Float64Array} da
 * @property {Float64Array} dz
 * @property {Float64Array} dW (n_in, n_out), row by row
 * @property {Float64Array} db (n_out)
 */

export {};
