"use strict";
// Asks the server that the page came from whether there is a newer look, and loads
// the page again then. What was typed and chosen stays (page.js).
{
  const follow = document.getElementById("follow");
  const live = document.getElementById("live");
  const mine = `"${document.body.dataset.look}"`;
  follow.checked = kept.follow !== false;
  follow.addEventListener("change", () => keep({ follow: follow.checked }));
  const ask = async () => {
    try {
      const answer = await fetch(location.pathname, { method: "HEAD", cache: "no-store" });
      const newer = answer.ok && answer.headers.get("ETag") !== mine;
      if (newer && follow.checked) return location.reload();
      live.textContent = newer ? "There is a newer look." : "";
    } catch {
      live.textContent = "unleak no longer answers: this is its last look.";
    }
    setTimeout(ask, 2000);
  };
  setTimeout(ask, 2000);
}
