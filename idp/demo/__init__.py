"""The little country that `manyou demo` starts: anchor, hub, two provinces, two portals, a directory.

Owns nothing of the product: it runs the same programs that an operator runs, and writes the settings that an
operator writes. The portals are plain relying parties and import none of our code below this folder.
"""
