"""The elements of DAWproject 1.0: any other one was added by a program, and is reported."""

_STRUCTURE = (
    "Project Application Transport Tempo TimeSignature Structure Arrangement Scenes Scene "
    "Track Channel Volume Pan Mute Sends Send Enable"
)
_DEVICES = (
    "Devices Device BuiltinDevice Vst2Plugin Vst3Plugin ClapPlugin AuPlugin Equalizer Compressor "
    "NoiseGate Limiter Enabled State Parameters Band Freq Gain Q InputGain OutputGain Attack "
    "AutoMakeup Ratio Release Threshold Range RealParameter BoolParameter IntegerParameter "
    "EnumParameter TimeSignatureParameter"
)
_TIMELINES = (
    "Lanes Clips Clip ClipSlot Notes Note Audio Video File Warps Warp Points Target Markers "
    "markers Marker Timeline TempoAutomation TimeSignatureAutomation "
    "Point RealPoint BoolPoint IntegerPoint EnumPoint TimeSignaturePoint"
)

ELEMENTS = frozenset(" ".join((_STRUCTURE, _DEVICES, _TIMELINES)).split())
