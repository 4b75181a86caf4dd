// Draws the Word document that the address names: a document of this desk and no other.
"use strict";
(async () => {
  const wait = document.getElementById("wait");
  const named = new URLSearchParams(location.search).get("document") || "";
  const address = new URL(named, location.origin);
  if (address.origin !== location.origin || !/^\/(intakes|legal)\//.test(address.pathname)) return;
  try {
    const answer = await fetch(address, { headers: { accept: "*/*" } });
    if (!answer.ok) throw new Error(String(answer.status));
    await docx.renderAsync(await answer.blob(), document.getElementById("document"), null, {
      useBase64URL: true, ignoreLastRenderedPageBreak: false, renderHeaders: true, renderFooters: true,
      renderAltChunks: false, renderComments: true,
    });
    wait.remove();
    document.body.dataset.drawn = "yes";
  } catch {
    wait.textContent = document.body.dataset.failed;
  }
})();
