#!/bin/sh
# Starts the Chromium that PRIME_CHROMIUM names, without the two pages that it loads for the address bar of each window:
# they take twice what a small page takes. Of several lists of features the last one counts, so these go into Playwright's.

for word; do
    shift
    case $word in
        --disable-features=*) word=$word,WebUIOmniboxPopup,WebUIOmniboxAimPopup ;;
    esac
    set -- "$@" "$word"
done
exec "$PRIME_CHROMIUM" "$@"
