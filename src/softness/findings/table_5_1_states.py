"""Table 5.1: accuracies, slopes and onsets by softness of each state of structure."""

import pandas as pd

from softness.findings.figure_5_2_state_barriers import Findings, compute
from softness.verdicts import Claim

__all__ = ["Findings", "claims", "compute", "table"]


def claims(findings: Findings) -> list[Claim]:
    """None: figure 5.2 judges these numbers."""
    return []


def table(findings: Findings) -> pd.DataFrame:
    """A row for each state and quantity, with the 95 % interval and the samples of a class."""
    rows = []
    for state in findings.all_states:
        for quantity, found in state.numbers.items():
            low, high = found.interval()
            row = {"state": state.name, "samples": state.samples, "quantity": quantity}
            rows.append(row | {"value": float(found.value), "low": float(low), "high": float(high)})
    return pd.DataFrame(rows).dropna().reset_index(drop=True)
