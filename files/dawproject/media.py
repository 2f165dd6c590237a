"""The audio and video files that a DAWproject's clips play: one `media` for one file."""

from xml.etree.ElementTree import Element

from files.bounded.xml_input import integer, number
from files.bounded.zip_input import ZipInput
from files.imported_song import Song


class MediaReader:
    """Makes media, and knows which files are there already."""

    def __init__(self, song: Song, files: ZipInput | None) -> None:
        self._song = song
        self._files = files
        # By the path of the file, as the ZIP has it where it is inside.
        self._made_media: dict[str, str] = {}

    def read(self, source: Element) -> str | None:
        """The media of an <Audio> or <Video>; None: no file is named."""
        file = source.find("File")
        written_path = "" if file is None else file.get("path", "")
        if not written_path:
            self._song.lost("clips of audio or video that name no file")
            return None
        file_found = None if self._files is None else self._files.find(written_path)
        path = written_path if file_found is None else file_found
        if path not in self._made_media:
            self._made_media[path] = self._add(source, path, file_found is not None)
        algorithm = source.get("algorithm")
        self._song.lost("choices of a stretching algorithm", bool(algorithm), algorithm or "")
        return self._made_media[path]

    def _add(self, source: Element, path: str, is_inside: bool) -> str:
        sha256 = self._files.sha256(path) if self._files is not None and is_inside else None
        if is_inside:
            loss_text = "files of the project that are damaged"
            self._song.lost(loss_text, sha256 is None, f"{path}: cannot be unpacked")
            apart = "recordings whose sound stays in the file: the project says where they lie"
            self._song.lost(apart, sha256 is not None, path)
        else:
            self._song.lost("audio files that are not in the project file", item=path)
        return self._song.add(
            "media",
            name=path.replace("\\", "/").rsplit("/", 1)[-1],
            path=path,
            sha256=sha256,
            duration=number(source, "duration", 0) or None,
            sampleRate=number(source, "sampleRate", 0) or None,
            channels=integer(source, "channels", 2),
        )
