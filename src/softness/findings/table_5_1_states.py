"""Table 5.1: accuracies, slopes and onsets by softness of each state of structure."""

import pandas as pd

from softness.findings.state_softness import Findings, compute
from softness.verdicts import Claim, Statement, above

__all__ = ["Findings", "claims", "compute", "table"]

NUMBER = "T5.1"
NO_OTHER = "the study compares no other state"

TRAINING = Statement(
    figure=NUMBER,
    name="accuracy by {} structure minus that by thermal structure, cross-validated",
    claim="Inherent structure tells better than thermal structure which particles rearrange",
    section="",
    source="none",
    rule=above(0.0),
)
TRANSFER = Statement(
    figure=NUMBER,
    name="the same by {} structure at the temperature of the transfer test, unseen replicas",
    claim="So it does at another temperature",
    section="",
    source="none",
    rule=above(0.0),
)


def claims(findings: Findings) -> list[Claim]:
    """Verdicts on the accuracies of each state beside the thermal one; figure 5.2 has the rest."""
    thermal = findings.states[0]
    pairs = [
        (statement, state.name, getattr(state, set_) - getattr(thermal, set_))
        for state in findings.others
        for statement, set_ in ((TRAINING, "training"), (TRANSFER, "transfer"))
    ]
    found = [statement.of(name).judge(difference) for statement, name, difference in pairs]
    return found or [each.of("any").not_tested(NO_OTHER) for each in (TRAINING, TRANSFER)]


def table(findings: Findings) -> pd.DataFrame:
    """A row for each state and quantity, with the 95 % interval and the samples of a class."""
    rows = []
    for state in findings.all_states:
        for quantity, found in state.numbers.items():
            low, high = found.interval()
            row = {"state": state.name, "samples": state.samples, "quantity": quantity}
            rows.append(row | {"value": float(found.value), "low": float(low), "high": float(high)})
    return pd.DataFrame(rows).dropna().reset_index(drop=True)
