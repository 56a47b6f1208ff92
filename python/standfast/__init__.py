"""Classifiers whose alarm cannot be argued away, from Python.

    import numpy as np
    from standfast import Classifier, Rule, ThreatModel

    classifier = Classifier.load("table.safetensors")
    rows = np.array([[4, 2, 1], [0, 1, 2]], dtype=np.float32)
    found = classifier.certify(rows, norms=[1, 2])
    print(found.sensitive, found.radii)

    threat = ThreatModel(default=Rule(lower=0, cost=2), features={"links": Rule(change="decrease-only")})
    print(classifier.certify(rows, norms=[1], threat=threat).radii)

A `Classifier` is a loaded model. Its verdict on a row is the sensitive class, an alarm, if its logit is above 0.
`certify` gives each alarm a radius per norm: no change that the threat model allows and that costs less flips the
verdict. By default a radius is a theorem about the stored weights, proven and rounded down. The numbers are those of the
command line, to the last bit: the package is a thin layer over the C interface (docs/c-abi.md), and only needs NumPy.

Rows are float32. A C-contiguous float32 array is used where it lies; anything else is copied. Calls release the global
interpreter lock, share their work among the cores, and one classifier serves any number of threads.
"""
from standfast._errors import (EnvironmentFault, FileFault, InvalidRequest, NotConvex, StandfastError, Unsupported)
from standfast._library import library_version as _library_version
from standfast.classifier import Classifier
from standfast.results import Attacks, Certificates, Confirmation, Explanation
from standfast.threat import Group, Rule, ThreatModel

__version__ = _library_version()

__all__ = ["Attacks", "Certificates", "Classifier", "Confirmation", "EnvironmentFault", "Explanation", "FileFault", "Group",
           "InvalidRequest", "NotConvex", "Rule", "StandfastError", "ThreatModel", "Unsupported", "__version__"]
