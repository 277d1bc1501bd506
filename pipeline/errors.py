"""What can go wrong on the way from source to prediction, as letters to the reader.

HeadwaterError               anything below
├── Misuse                   the call itself is wrong: a name, an option, a declaration
├── Refused                  policy or a check said no
│   ├── SourceRejected       a file, a table or its keys cannot be taken in as declared
│   ├── DatasetRejected      expectations failed with severity "fail"
│   ├── ClaimBroken          a step does not do what its rule claims
│   ├── StepRefused          a step returned something that cannot be kept
│   ├── TrainingRefused      a target, a candidate or the overfit gate stops training
│   ├── AuditRefused         a model's answers or its test rows cannot be audited
│   ├── ReleaseRefused       a gate, a missing plan or a phase stops a release
│   ├── RequestRejected      a request to the inference server does not fit the model's schema
│   │   ├── RequestUnreadable    its body is no JSON that a table can hold
│   │   └── RequestTooLarge      more bytes or rows than one request may hold
│   └── PhaseRefused         production refuses what a proof of concept tolerates
├── DagBroken                a DAG file cannot be read
├── StepFailed               the user's function raised
├── RunFailed                a DAG run in Airflow did not succeed
├── ArtifactMissing          an artifact's bytes are gone
│   └── ArtifactErased       they were deleted for good, by request
├── ArtifactCorrupt          an artifact's bytes or content are not what was recorded
├── StorageUnavailable       the disk is full or the storage cannot be reached
└── ServiceUnavailable       Airflow, MLflow or the inference server does not answer
"""

from __future__ import annotations

from lineage.errors import Letter


class HeadwaterError(Letter):
    """Anything Headwater refuses or cannot do."""


class Misuse(HeadwaterError, TypeError):
    """The call itself is wrong: a name, an option, a declaration."""


class Refused(HeadwaterError, ValueError):
    """Policy or a check said no."""


class SourceRejected(Refused):
    """A file, a table or its keys cannot be taken in as declared."""


class DatasetRejected(Refused):
    """Expectations with severity "fail" did not hold."""


class ClaimBroken(Refused):
    """A step does not do what its rule claims."""


class StepRefused(Refused):
    """A step returned something that cannot be kept."""


class TrainingRefused(Refused):
    """A target, a candidate or the overfit gate stops training."""


class AuditRefused(Refused):
    """A model's answers or its test rows cannot be audited."""


class ReleaseRefused(Refused):
    """A gate, a missing plan or a phase stops a release."""


class RequestRejected(Refused):
    """A request to the inference server does not fit the model's schema."""


class RequestUnreadable(RequestRejected):
    """A request's body is no JSON that a table can hold."""


class RequestTooLarge(RequestRejected):
    """A request has more bytes or rows than one request may hold."""


class PhaseRefused(Refused):
    """Production refuses what a proof of concept tolerates."""


class DagBroken(HeadwaterError, ImportError):
    """A DAG file cannot be read."""


class StepFailed(HeadwaterError, RuntimeError):
    """The user's function raised."""


class RunFailed(HeadwaterError, RuntimeError):
    """A DAG run in Airflow did not succeed."""


class ArtifactMissing(HeadwaterError, FileNotFoundError):
    """An artifact's bytes are gone."""


class ArtifactErased(ArtifactMissing):
    """An artifact's bytes were deleted for good, by request."""


class ArtifactCorrupt(HeadwaterError, OSError):
    """An artifact's bytes or content are not what was recorded."""


class StorageUnavailable(HeadwaterError, OSError):
    """The disk is full or the storage cannot be reached."""


class ServiceUnavailable(HeadwaterError, ConnectionError):
    """Airflow, MLflow or the inference server does not answer."""
