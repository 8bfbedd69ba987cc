/* What happens to a hook, told to whoever wants to know (counts.js does).

     casset:playing    {track, visual}   sound runs (also after a pause)
     casset:paused     {track, visual}   it stands still: paused, waiting, or another hook sounds
     casset:visual     {track, visual}   another visual is in view
     casset:completed  {track, visual}   the hook was heard to its end

   They bubble from the hook's element. `visual` is "" where the cover is shown. */
export function tell(root, name, visual) {
  const detail = { track: root.dataset.track, visual, id: visual };
  root.dispatchEvent(new CustomEvent(`casset:${name}`, { bubbles: true, detail }));
}
