// Names and numbers that the core, the worker and the page share.

/** Who draws from the random streams, as in byhand/random.py. */
export const STREAMS = Object.freeze({ INIT: 0, SHUFFLE: 1, DROPOUT: 2, AUGMENT: 3, DATA: 4, SPLIT: 5 });

/** In the order of byhand.h, where a name is a number. */
export const ACTIVATIONS = ["identity", "relu", "leaky_relu", "sigmoid", "tanh", "softmax"];

/** Those that a hidden layer can be given. */
export const HIDDEN_ACTIVATIONS = ["relu", "leaky_relu", "sigmoid", "tanh", "identity"];

export const LEAKY_SLOPE = 0.01; // of leaky ReLU below zero

/** Numbers that are inputs as they are. */
export const UNSCALED = Object.freeze({ scale: 1, shift: 0 });

/** The value of full ink in a picture of so many pixels: MNIST's, or the bundled digits' of 8 × 8. */
export const fullInk = (/** @type {number} */ n) => (n === 64 ? 16 : 255);

/** The share of MNIST's test digits that the pretrained network reads. */
export const PRETRAINED_ACCURACY = 0.9839;
