# Headers, names and texts of any charset.
