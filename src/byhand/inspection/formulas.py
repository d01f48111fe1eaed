"""Layers and losses as formulas, and where their files compute them: what an explanation cites."""

# layer → (formula, derivative)
FORMULAS = {
    "relu": ("a = max(z, 0)", "∂a/∂z = 1 if z > 0 else 0"),
    "leaky_relu": ("a = z if z > 0 else α z", "∂a/∂z = 1 if z > 0 else α"),
    "sigmoid": ("a = 1 / (1 + e⁻ᶻ)", "∂a/∂z = a (1 − a)"),
    "tanh": ("a = tanh z", "∂a/∂z = 1 − a²"),
    "exp": ("a = eᶻ", "∂a/∂z = a"),
    "selu": ("a = λ z if z > 0 else λ α (eᶻ − 1)", "∂a/∂z = λ if z > 0 else a + λ α"),
    "mish": ("a = z t, t = tanh(log(1 + eᶻ))", "∂a/∂z = t + z (1 − t²) σ(z)"),
    "identity": ("a = z", "∂a/∂z = 1"),
    "parametric_activation": ("a = (1 − α) z + α f(z)", "∂a/∂z = (1 − α) + α f′(z)"),
    "periodic_embedding": ("y = [x, cos(2π w x + φ) V + c]", "dx = dy + 2π Σ w du, du = −sin u (de Vᵀ)"),
    "periodic_linear_embedding": ("e = [cos 2π w x, sin 2π w x] V + c", "dx = 2π Σ w du"),
    "piecewise_embedding": ("y = [x, z V + c], z the place among bins", "dx = dy + (de Vᵀ) / width of x's bin"),
    "input_copies": ("y[j] = x ⊙ R[j]", "dx = Σⱼ dy[j] ⊙ R[j]"),
    "heads": ("z[j] = x[j] W[j] + b[j]", "dx[j] = dz[j] W[j]ᵀ"),
    "head_mean": ("y = (1/k) Σⱼ z[j]", "dz[j] = dy / k"),
    "log_head_mean": ("y = log (1/k) Σⱼ softmax(z[j])", "dz[j] = s[j] dy − p[j] Σ s[j] dy"),
    "softmax": ("aⱼ = eᶻʲ / Σ eᶻᵏ", "dzₖ = aₖ (daₖ − Σⱼ daⱼ aⱼ)"),
    "batch_norm": ("y = γ (x − μ) / √(v + ε) + β, μ and v the running averages", "dx = γ dy / √(v + ε)"),
    "dropout": ("y = x · m, here m = 1: this step drops no unit", "dx = dy · m, here m = 1"),
    "residual": ("y = x + f(x), f the layers within", "dx = dy + (dy propagated back through f)"),
}
DENSE = {"dense": "x", "scaled_dense": "(x ⊙ s)"}  # what W is multiplied by

# layer → its equations forwards and back, where they are not (1) and (2)
LAYER_EQUATIONS = {"batch_norm": (3, 5), "dropout": (2, 2)}

# loss → its equations forwards and back, as its file numbers them
LOSS_EQUATIONS = {
    "softmax_cross_entropy": (2, 4),
    "squared_error": (1, 2),
    "binary_cross_entropy": (3, 4),
    "huber": (3, 4),
    "poisson": (2, 3),
    "quantile": (3, 4),
}
