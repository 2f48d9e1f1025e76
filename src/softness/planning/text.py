"""A plan as text and as JSON."""

import textwrap
from typing import Any

from softness.planning.costs import FIGURES, Plan, Row, by_cost, halvings, summed
from softness.planning.disk import RULES as DISK_RULES
from softness.planning.kept import simulated_anew
from softness.simulate.progress import format_duration

SOURCES = {
    "rate": "the rate of the engine",
    "lanes": "the rate of lanes on one core; a partly filled batch takes as long as a full one",
    "benchmarks": "jobs of this study that have run (its benchmarks folder)",
    "constants": "measured in small studies and extrapolated (softness/planning/seconds.py)",
    "guess": "a guess for a rule that the plan does not know",
}

INDENT = {"initial_indent": "    ", "subsequent_indent": "    "}

GUESSED = (
    "probability: a guess, exp(6.1 - 5.95/T) at one time, about four times too high at T=0.45;\n"
    "give --probability if it is known"
)

GIVEN = (
    "probability: as given at the coldest temperature; above it by the Arrhenius law of the guess"
)


def as_dict(plan: Plan) -> dict[str, Any]:
    """The plan for machines."""
    return {
        "study": plan.study.config["study"],
        "engine": plan.study.config["engine"]["name"],
        "device": plan.study.config["engine"]["device"],
        "particles": plan.rate.particles,
        "rate": {
            "steps_per_second": plan.rate.steps_per_second,
            "particle_updates_per_second": plan.rate.updates_per_second,
            "source": plan.rate.source,
        },
        "lanes": _lanes_rates(plan),
        "rules": [row.as_dict() for row in plan.rows],
        "total": {key: value for key, value in plan.total.as_dict().items() if key != "rule"},
        "cores": plan.cores,
        "wall_hours": None if plan.has_gpu else plan.wall / 3600,
        "longest_chain_hours": plan.chain / 3600,
        "unknown_disk": _unknown(plan),
        "events": [
            {
                "temperature": each.temperature,
                "runs": each.runs,
                "probability": each.probability,
                "events_per_particle": each.events,
                "share_without_event": each.without,
            }
            for each in plan.events
        ],
        "halving": halvings(plan),
    }


def _lanes_rates(plan: Plan) -> dict[str, float]:
    """Run-steps a second of one core in ensembles in lanes, by temperature; none without."""
    if not plan.study.is_in_lanes("isoconfigurational"):
        return {}
    return {name: plan.rate.in_lanes(float(name)) for name in plan.study.ensemble_labels}


def _unknown(plan: Plan) -> list[str]:
    """Rules of simulation whose room on the disk is not known."""
    return [row.rule for row in plan.simulations if row.rule not in DISK_RULES]


def as_text(plan: Plan) -> str:
    """The plan for people."""
    parts = [_heading(plan), _table(plan), _notes(plan), _events_text(plan), _advice(plan)]
    return "\n\n".join(part for part in parts if part)


def _heading(plan: Plan) -> str:
    config, rate = plan.study.config, plan.rate
    if not plan.study.all_simulations:
        return (
            f"Study {config['study']}: {config['replicas']} given trajectories of {rate.particles} "
            f"particles at each of {len(plan.study.temperatures)} temperatures"
        )
    said = (
        f"Study {config['study']}: {config['replicas']} replicas of {rate.particles} particles, "
        f"{(plan.total.steps + plan.total.kept) * config['engine']['time_step']:,.0f} tau in all\n"
        f"Rate: {rate.steps_per_second:,.0f} steps/s of {config['engine']['name']} = "
        f"{rate.updates_per_second / 1e6:.2f} million particle updates/s ({rate.remark})"
    )
    lanes = [f"{speed:,.0f} at T={name}" for name, speed in _lanes_rates(plan).items()]
    if lanes:
        text = f"Lanes: run-steps/s of one core {rate.lanes_remark}: {', '.join(lanes)}"
        said += "\n" + textwrap.fill(text, 100, subsequent_indent="  ")
    return said


def _table(plan: Plan) -> str:
    """Aligned columns; all figures in one row, the total last."""
    drawn = [row for row in plan.rows if row.rule.startswith(("figure_", "table_"))]
    rows = [row for row in plan.rows if row not in drawn]
    rows += [summed(FIGURES, drawn)] if drawn else []
    rows.sort(key=by_cost)
    head = ["rule", "jobs", "MD steps (10^6)", "core hours"]
    head += ["GPU hours"] if plan.has_gpu else []
    head += ["disk (GB)", "time from"]
    lines = [head] + [_cells(plan, row) for row in [*rows, plan.total]]
    lines[-1][-1] = ""
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    last = len(head) - 1
    shown = [
        "  ".join(
            cell.ljust(width) if column in (0, last) else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    ]
    return "\n".join([*shown[:-1], "-" * max(map(len, shown)), shown[-1]])


def _cells(plan: Plan, row: Row) -> list[str]:
    cells = [row.rule, str(row.jobs), f"{row.steps / 1e6:,.2f}" if row.steps else "-"]
    cells.append(f"{row.core_hours:,.3f}")
    if plan.has_gpu:
        cells.append(f"{row.gpu_hours:,.1f}" if row.gpu_hours else "-")
    return [*cells, f"{row.disk / 1e9:,.3f}", ", ".join(sorted(row.sources))]


def _notes(plan: Plan) -> str:
    used = plan.total.sources
    notes = [f"{name}: {meaning}" for name, meaning in SOURCES.items() if name in used]
    notes += [f"disk space of {rule}: unknown, almost left out" for rule in _unknown(plan)]
    total = plan.total
    if total.kept:
        share = f"{total.kept / 1e6:,.2f} of {(total.kept + total.steps) / 1e6:,.2f}"
        notes.append(f"kept on the disk: {share} million steps; the table has the remaining ones")
    notes += simulated_anew(plan.study)
    chain = f"the longest chain of jobs takes {format_duration(plan.chain)}"
    if plan.has_gpu:
        notes.append(f"wall time: depends on the GPUs in use; {chain}")
    else:
        wall = format_duration(plan.wall)
        notes.append(f"wall time: {wall} on {plan.cores} idle cores; {chain}")
    return "\n".join(notes)


def _events_text(plan: Plan) -> str:
    if not plan.events:
        return ""
    label = plan.study.config["regression"]["label"]
    lines = [f"Expected events per particle in the runs of a snapshot (label: {label})"]
    lines.append("     T       runs  probability     events  without any")
    for each in plan.events:
        without = f"{100 * each.without:.1f} %" if each.without > 0.0005 else "< 0.1 %"
        lines.append(
            f"{each.temperature:6g}  {each.runs:9,d}  {each.probability:11.2g}  "
            f"{each.events:9,.1f}  {without:>11}"
        )
    lines.append(plan.events_from)
    return "\n".join(lines)


def _advice(plan: Plan) -> str:
    simulated = plan.simulations
    if not simulated:
        return ""
    first = plan.rows[0]
    total, share = plan.total, 100 * first.hours / plan.total.hours
    hours = f"{total.core_hours:,.1f} core hours"
    if plan.has_gpu:
        hours += f" and {total.gpu_hours:,.1f} GPU hours, added up"
    lines = [f"{first.rule} dominates: {share:.0f} % of {hours}."]
    if first not in simulated:
        lines[0] += f" Among the simulations, {simulated[0].rule} does."
    lines.append("Halving")
    found = halvings(plan)
    width = max(len(each["part"]) for each in found)
    for each in found:
        saved = format_duration(3600 * each["saves_hours"])
        if plan.has_gpu:
            saved += f", {format_duration(3600 * each['saves_gpu_hours'])} of it on GPUs"
        lines.append(f"  {each['part'].ljust(width)}  saves {saved}")
        lines.append(textwrap.fill(each["consequence"], 96, **INDENT))
    return "\n".join(lines)
