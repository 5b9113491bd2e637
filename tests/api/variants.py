"""Specifications that tests make, built: the flagship with another provider, or a text of their own."""
import os, shutil

from harness import ROOT, folder
from programs import build


def briefs_by(provider):
    """spec/briefs.flow with both models spoken to as `provider`, as a binary."""
    inside = os.path.join(folder, provider)
    shutil.copytree(os.path.join(ROOT, "spec"), inside)
    place = os.path.join(inside, "briefs.flow")
    with open(place, encoding="utf-8") as file:
        text = file.read()
    with open(place, "w", encoding="utf-8") as file:
        file.write(text.replace("provider openai.chat", "provider " + provider))
    return build(place)
