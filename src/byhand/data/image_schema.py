"""How a model reads picture files: kept with it, so that a new picture is prepared as its training examples were."""

from dataclasses import dataclass, field

PREPROCESSINGS = ("none", "mnist")


@dataclass(frozen=True)
class ImageSchema:
    """How to read a picture file for a model.

    preprocessing : "none": grey levels as they are, resized where the size is another; "mnist": the ink is cropped,
        made light on dark and centred in 28×28 pixels
    test_share, seed : which pictures of a folder were kept for the test, see split.content_split
    fingerprint : of the pictures, in any order; the folder that a model was trained on is known by it; "": of none
    """

    preprocessing: str = "none"
    test_share: float = 0.2
    seed: int = 0
    fingerprint: str = field(default="", repr=False)


MNIST = ImageSchema("mnist")  # of every model that does not say
