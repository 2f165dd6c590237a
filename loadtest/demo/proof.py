"""The end of a demo: what was promised, and whether it was kept."""

from typing import Any

from rich.console import RenderableType

from loadtest.percentiles import in_words
from loadtest.reports.progress_display import proof_table


def proof(report: dict[str, Any]) -> RenderableType:
    """Each promise of a report, marked as kept or not."""
    return proof_table(_claims(report))


def _claims(report: dict[str, Any]) -> list[tuple[bool, str]]:
    lost_count, refused_count, kills = report["lost"], report["refused"], report["kills"]
    acked_count = report["deltas_acked"]
    same_song_words = (
        f"{report['musicians']} musicians, a fresh join and PostgreSQL hold the same song"
    )
    claims = [
        (lost_count == 0, f"{acked_count} deltas acknowledged and seen, {lost_count} of them lost"),
        (report["converged"], f"{same_song_words} ({report['digest']})"),
        (
            refused_count == 0,
            f"{refused_count} refused; {report['dropped_ops']} ops overtaken and reported",
        ),
    ]
    if kills:
        again_words = f"{report['reconnects']} reconnects, {report['resent']} deltas sent again"
        whom = f"one of {report['nodes']} nodes" if "nodes" in report else "the server"
        claims.append((report["converged"], f"{whom} was killed {kills} x: {again_words}"))
    recall = report["recall"]
    sentence = f"{recall['uses']} uses told to Mixx Recall, {report['lost_uses']} of them lost"
    suggestions_taken = f"{recall['taken']} of {recall['suggested']} first suggestions taken"
    claims.append((report["lost_uses"] == 0, f"{sentence}; {suggestions_taken}"))
    claims += _library_claims(report["library"], report["musicians"])
    ack, cursor = in_words(report["ack_ms"]), in_words(report["cursor_ms"])
    claims.append((True, f"saved within {ack}; cursors seen within {cursor} (p50 / p99)"))
    rss, cold = report["hub_rss_mb"], report["ready_s"]
    measured = f"{report['nodes']} nodes" if "nodes" in report else "server"
    claims.append((True, f"{measured}: {rss:.0f} MiB, ready after {cold:.2f} s"))
    return claims


def _library_claims(library: dict[str, Any], everyone: int) -> list[tuple[bool, str]]:
    used_count, shared, live = library["presets_used"], library["shared_with"], library["live_for"]
    presets = f"{used_count} of {everyone} uses of the preset {library['preset']} counted"
    take = f"a take's clip was pending for {library['pending_for']} and then live for {live}"
    return [
        (
            used_count == everyone and shared == everyone,
            f"{presets}, a copy of it shared with {shared}",
        ),
        (live == everyone, take),
    ]
