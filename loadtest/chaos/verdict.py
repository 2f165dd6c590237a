"""The end of a run of chaos: what was promised, and whether it was kept."""

from typing import Any

from rich.console import RenderableType

from loadtest.reports.progress_display import proof_table

ANOMALIES_SHOWN = 10


def verdict(report: dict[str, Any]) -> RenderableType:
    """Each promise of a report, marked as kept or not."""
    return proof_table(_claims(report))


def _claims(report: dict[str, Any]) -> list[tuple[bool, str]]:
    anomalies = report["anomalies"]
    kinds = ", ".join(f"{kind} {count}" for kind, count in report["anomaly_kinds"].items())
    anomaly_words = f"anomalies ({kinds})" if anomalies else "no anomaly"
    times = sum(fault["times"] for fault in report["faults"].values())
    acked_count = sum(fault["acked"] for fault in report["faults"].values())
    same_song_words = (
        f"{report['musicians']} musicians, a fresh join and PostgreSQL hold the same song"
    )
    again_words = (
        f"{report['resent']} deltas sent again, {report['sent_again_acked']} answers to echoes"
    )
    # Long: each claim is said once, in the order in which it is shown.
    claims = [
        (report["lost"] == 0, f"{report['acked']} deltas acknowledged, {report['lost']} lost"),
        (report["converged"], f"{same_song_words} ({report['digest']})"),
        (
            not anomalies,
            f"{anomaly_words} in {report['happenings']} happenings (seed {report['seed']})",
        ),
        (not report["vacuous"], f"{times} faults, {acked_count} deltas acknowledged meanwhile"),
        (
            not report["copies_wrong"],
            f"{report['copies_checked']} looks at a copy, {report['copies_wrong']} wrong",
        ),
        (
            not report["checkpoints_wrong"],
            f"{report['checkpoints_checked']} checkpoints, {report['checkpoints_wrong']} wrong",
        ),
        (
            not report["false_alarms"],
            f"alarms {report['alarms'] or 'none'}, {report['false_alarms']} false",
        ),
        (
            not report["memory_problems"],
            "memory, warm and at the end: "
            + ", ".join(
                f"{name} {m['warm_mb']:.0f} and {m['end_mb']:.0f} MiB"
                for name, m in report["memory"].items()
            ),
        ),
        (True, f"{report['lost_by_failover']} acknowledged deltas went with a primary"),
        (True, f"{report['reconnects']} reconnects, {again_words}"),
    ]
    texts = [anomaly["text"] for anomaly in anomalies[:ANOMALIES_SHOWN]]
    for name in ("copies_wrong", "checkpoints_wrong", "false_alarms"):
        texts += report[f"{name}_were"][:ANOMALIES_SHOWN]
    texts += [*report["memory_problems"], *report["problems"], *report["vacuous"]]
    claims += [(False, text) for text in texts]
    if report["history"]:
        claims.append((True, f"the history is in {report['history']}"))
    return claims
