// Draws the Word document that the address names: a document of this desk and no other.
"use strict";
(async () => {
  const drawn = document.getElementById("document");
  const wait = document.getElementById("wait");
  const named = new URLSearchParams(location.search).get("document") || "";
  const address = new URL(named, location.origin);
  if (address.origin !== location.origin || !/^\/(intakes|legal)\//.test(address.pathname)) return;
  try {
    const answer = await fetch(address, { headers: { accept: "*/*" } });
    if (!answer.ok) throw new Error(String(answer.status));
    await docx.renderAsync(await answer.blob(), drawn, null, {
      useBase64URL: true, ignoreLastRenderedPageBreak: false, renderHeaders: true, renderFooters: true,
      renderAltChunks: false, renderComments: true,
    });
    wait.remove();
    // A page that is wider than the window is drawn smaller.
    const fit = () => {
      drawn.style.zoom = 1;
      drawn.style.zoom = Math.min(1, document.documentElement.clientWidth / drawn.scrollWidth);
    };
    fit();
    window.addEventListener("resize", fit);
    document.body.dataset.drawn = "yes";
  } catch {
    wait.textContent = document.body.dataset.failed;
  }
})();
