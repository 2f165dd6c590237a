/** Above all else: what keeps us from working with the server, and what to do. */

import { useLive } from "../../../pages/use_live.js";
import type { Studio } from "../studio.js";
import { awayInWords, notAsTheServerHasIt, overInWords } from "./trouble_words.js";

export function Trouble({ studio }: { studio: Studio }) {
  const status = useLive(studio.client.status, { name: "connecting" });
  const fetched = useLive(studio.room.value?.fetchedAnew, 0);
  const away = awayInWords(status);
  if (away !== null) return <div class="over away" role="status"><bdi>{away}</bdi></div>;
  const troubleText = status.name === "over" ? overInWords(status) : notAsTheServerHasIt(fetched);
  if (troubleText === null) return null;
  return (
    <div class="over" role="alert">
      <bdi>{troubleText}</bdi>
      <button type="button" class="main" onClick={() => location.reload()}>Load the page again</button>
    </div>
  );
}
