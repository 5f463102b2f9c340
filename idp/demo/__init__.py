"""The little country that `manyou demo` starts: an anchor, a hub, two provinces, a city and a department
below one of them, four portals, a directory.

Owns nothing of the product: it runs the same programs that an operator runs, and writes the settings that an
operator writes. The portals are plain relying parties: besides the look of the pages they import `federation`
and `keys` alone, by which three of them are known by chain.
"""
