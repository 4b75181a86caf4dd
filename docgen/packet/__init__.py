"""One reviewed intake → its folder, whole or not at all, with its manifest."""
