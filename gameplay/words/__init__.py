"""Word packs: built-in, uploaded and imported; the deny list of names."""
