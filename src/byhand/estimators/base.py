"""scikit-learn's estimator contract without importing scikit-learn: parameters, tags, routing, "is it fitted?".

What only scikit-learn can ask for (tags, metadata requests) is made of its own classes when it asks.
"""

import inspect
from collections.abc import Callable
from typing import Any, ClassVar, Self

from byhand.arguments import format_value
from byhand.errors import OptionError
from byhand.estimators.errors import not_fitted_error
from byhand.estimators.html import estimator_html

ROUTED = {
    "fit": ("sample_weight", "X_val", "y_val", "sample_weight_val"),
    "partial_fit": ("classes", "sample_weight"),
    "score": ("sample_weight",),
}


class Estimator:
    """An object whose constructor stores its parameters and does nothing else."""

    _estimator_type: ClassVar[str]

    def _keep(self, given: dict[str, Any]) -> None:
        """Keep what the constructor was given, its locals, under their names."""
        for name, value in given.items():
            if name != "self":
                setattr(self, name, value)

    @classmethod
    def _defaults(cls) -> dict[str, Any]:
        signature = inspect.signature(cls.__init__)
        return {name: p.default for name, p in signature.parameters.items() if name != "self"}

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return every parameter of the constructor; deep: also those of parameters that are estimators."""
        params = {name: getattr(self, name) for name in sorted(self._defaults())}
        nested = {name: value for name, value in params.items() if deep and hasattr(value, "get_params")}
        for name, value in nested.items():
            if not isinstance(value, type):
                params.update({f"{name}__{key}": inner for key, inner in value.get_params().items()})
        return params

    def set_params(self, **params: Any) -> Self:
        """Set parameters by name. Raises OptionError for one that there is not; values are checked by `fit`."""
        for name, value in params.items():
            own, _, inner = name.partition("__")
            if own not in self._defaults():
                known = ", ".join(sorted(self._defaults()))
                raise OptionError(f"Invalid parameter {own!r} for estimator {self!r}. Valid parameters are: {known}.")
            if inner:
                getattr(self, own).set_params(**{inner: value})
            else:
                setattr(self, own, value)
        return self

    def _changed_params(self) -> dict[str, Any]:
        """Return the parameters that are not the defaults."""
        return {
            name: value
            for name, default in self._defaults().items()
            if repr(value := getattr(self, name)) != repr(default)
        }

    def __repr__(self) -> str:
        changed = (f"{name}={format_value(value)}" for name, value in self._changed_params().items())
        return f"{type(self).__name__}({', '.join(changed)})"

    def _repr_html_(self) -> str:
        """Return what a notebook shows: the parameters and, once fitted, the network and what became of each column."""
        return estimator_html(self)

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "networks_")

    def _check_fitted(self) -> None:
        if not self.__sklearn_is_fitted__():
            name = type(self).__name__
            raise not_fitted_error(f"This {name} instance is not fitted yet. Call 'fit' before using this estimator.")

    def __sklearn_tags__(self) -> Any:
        """Return scikit-learn's tags; only scikit-learn calls this."""
        from sklearn.utils import ClassifierTags, InputTags, RegressorTags, Tags, TargetTags

        is_classifier = self._estimator_type == "classifier"
        return Tags(
            estimator_type=self._estimator_type,
            target_tags=TargetTags(required=True, multi_output=True),
            classifier_tags=ClassifierTags(multi_label=True) if is_classifier else None,
            regressor_tags=None if is_classifier else RegressorTags(),
            input_tags=InputTags(allow_nan=True, categorical=True, string=True),
        )

    def get_metadata_routing(self) -> Any:
        """Return what may be routed to this estimator; only scikit-learn calls this."""
        from sklearn.utils.metadata_routing import MetadataRequest

        request = MetadataRequest(owner=self)
        for method, names in ROUTED.items():
            for name in names:
                asked = getattr(self, "_requests", {}).get(method, {}).get(name)
                getattr(request, method).add_request(param=name, alias=asked)
        return request

    def _request(self, method: str, requests: dict[str, Any]) -> Self:
        """Remember which metadata `method` asks for, as set_fit_request(sample_weight=True) says."""
        unknown = set(requests) - set(ROUTED[method])
        if unknown:
            raise TypeError(f"set_{method}_request got {sorted(unknown)}; expected some of {list(ROUTED[method])}.")
        mine = {name: dict(values) for name, values in getattr(self, "_requests", {}).items()}
        mine.setdefault(method, {}).update(requests)
        self._requests = mine
        self._metadata_request = self.get_metadata_routing()  # which scikit-learn's clone copies
        return self

    def set_fit_request(self, **requests: bool | str | None) -> Self:
        """Say which metadata scikit-learn's routing passes to `fit`: set_fit_request(sample_weight=True)."""
        return self._request("fit", requests)

    def set_partial_fit_request(self, **requests: bool | str | None) -> Self:
        """Say which metadata scikit-learn's routing passes to `partial_fit`."""
        return self._request("partial_fit", requests)

    def set_score_request(self, **requests: bool | str | None) -> Self:
        """Say which metadata scikit-learn's routing passes to `score`."""
        return self._request("score", requests)


Callback = Callable[[Any], bool | None]
