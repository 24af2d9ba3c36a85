"""Named columns over one tensor: cheap to slice, repeat and hand to compiled code."""

import torch


class Parameters:
    """Values [B,P] with names. `p.name` is [B,1,1]; a colour `p.name` declared as name_r/g/b is `p.color("name")`."""

    def __init__(self, names, values):
        self.names = names
        self.values = values

    def __len__(self):
        return self.values.shape[0]

    def __getattr__(self, name):
        columns = self.__dict__["names"]
        if name not in columns:
            raise AttributeError(name)
        return self.values[:, columns[name], None, None]

    def color(self, name):
        """Three [B,1,1] tensors."""
        first = self.names[name + "_r"]
        return [self.values[:, first + k, None, None] for k in range(3)]

    def select(self, index):
        """Rows by integer tensor, list or slice."""
        return Parameters(self.names, self.values[index])

    def repeat(self, count):
        """Every row `count` times in a row."""
        return Parameters(self.names, self.values.repeat_interleave(count, 0))

    def replace(self, **columns):
        """A copy with some columns set to numbers or [B] tensors, or colours set to 3-tuples."""
        values = self.values.clone()
        for name, value in columns.items():
            if name in self.names:
                values[:, self.names[name]] = value
            else:
                first = self.names[name + "_r"]
                values[:, first : first + 3] = torch.as_tensor(value, dtype=values.dtype)
        return Parameters(self.names, values)


def named(table):
    """Column numbers by name."""
    return {name: column for column, name in enumerate(table)}
