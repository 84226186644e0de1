"""The rules, one file each, in folders by family. A file added here is a rule added."""
