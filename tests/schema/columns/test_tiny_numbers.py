"""What is too near to 0 is 0 in parameters of all calls, and other numbers stay what they are."""

import struct

import msgspec
import pytest

from schema.columns.music import AudioAnalysis
from schema.columns.tiny_numbers import TINIEST
from schema.recall.calls import CorrectRecall, RecallUse

ID = "00000000-0000-4000-8000-000000000001"


@pytest.mark.parametrize("number", [5e-324, 1e-300, TINIEST / 2, -0.0, 0.0, 0])
def test_E1_what_is_nearer_to_0_is_0(number: float) -> None:
    at = msgspec.convert({"id": ID, "key": "OTT", "at": number}, RecallUse).at
    correct = {"category": "c", "id": ID, "key": "OTT", "weight": number}
    weight = msgspec.convert(correct, CorrectRecall).weight
    analysis = msgspec.convert({"stereo_correlation": -number}, AudioAnalysis)
    for read in (at, weight, analysis.stereo_correlation):
        assert struct.pack(">d", read) == bytes(8)


@pytest.mark.parametrize("number", [TINIEST, 1e-9, 0.1, 1.0])
def test_E1_other_numbers_stay_what_they_are(number: float) -> None:
    use = msgspec.convert({"id": ID, "key": "OTT", "at": number, "weight": number}, RecallUse)
    assert (use.at, use.weight) == (number, number)
    analysis = msgspec.convert({"stereo_correlation": -number}, AudioAnalysis)
    assert (analysis.stereo_correlation, analysis.bpm) == (-number, None)


@pytest.mark.parametrize("number", [0, 5e-324, TINIEST / 2])
def test_E1_a_weight_of_a_use_is_refused_where_it_would_be_none(number: float) -> None:
    with pytest.raises(msgspec.ValidationError, match=r"weight"):
        msgspec.convert({"id": ID, "key": "OTT", "weight": number}, RecallUse)
