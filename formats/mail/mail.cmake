# Messages: the tree, and a fresh message of it.
