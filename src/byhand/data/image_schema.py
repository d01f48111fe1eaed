"""How a model reads picture files, saved with it so that new pictures are prepared like its training examples."""

from dataclasses import dataclass, field

PREPROCESSINGS = ("none", "mnist")


@dataclass(frozen=True)
class ImageSchema:
    """How to read a picture file for a model.

    preprocessing : "none": grey levels as they are, resized where the size is another; "mnist": the ink is cropped,
        made light on dark and centred in 28×28 pixels
    test_share, seed : which pictures of a folder are the test set, see split.content_split
    fingerprint : of the pictures, in any order, by which the training folder is recognised; "": none
    """

    preprocessing: str = "none"
    test_share: float = 0.2
    seed: int = 0
    fingerprint: str = field(default="", repr=False)


MNIST = ImageSchema("mnist")  # the default of models without a schema
