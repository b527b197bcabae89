"""The Llama transformer that is trained, in plain torch, with parameter names as Hugging Face's
LlamaForCausalLM has them.

Rotary embedding follows the `rotate_half` convention (lane i pairs with lane i + 32), so exported
weights need no permutation.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional


@dataclass(frozen=True, slots=True)
class Shape:
    """Pebble's shape. 320 is the width of the LPU's lanes; sizes are counts, theta and eps have no
    unit."""

    vocab_size: int = 4096
    width: int = 320
    heads: int = 5
    ff_width: int = 960
    layers: int = 6
    window: int = 2048
    rope_theta: float = 10000.0
    rms_eps: float = 1e-5

    @property
    def head_width(self) -> int:
        return self.width // self.heads

    @property
    def parameters(self) -> int:
        """How many weights there are; the embedding, also the output matrix, counts once."""
        layer = 4 * self.width**2 + 3 * self.width * self.ff_width + 2 * self.width
        return self.vocab_size * self.width + self.layers * layer + self.width


class RmsNorm(nn.Module):
    """Root-mean-square norm, computed in float32 whatever autocast says."""

    def __init__(self, width: int, eps: float) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))
        self.eps = eps

    def forward(self, x: Tensor) -> Tensor:
        return functional.rms_norm(x, (x.shape[-1],), self.weight, self.eps)


def rotary_tables(shape: Shape, length: int, device: torch.device) -> tuple[Tensor, Tensor]:
    """Cosines and sines, each [length, head_width], float32."""
    lanes = torch.arange(0, shape.head_width, 2, device=device, dtype=torch.float32)
    frequency = shape.rope_theta ** (-lanes / shape.head_width)
    angle = torch.arange(length, device=device, dtype=torch.float32)[:, None] * frequency
    angle = torch.cat([angle, angle], dim=-1)
    return angle.cos(), angle.sin()


def rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Turn each pair of lanes (i, i + half) by its position's angle; x is [batch, heads, length,
    head_width]."""
    low, high = x.chunk(2, dim=-1)
    return x * cos + torch.cat([-high, low], dim=-1) * sin


def is_visible(segments: Tensor) -> Tensor:
    """[batch, 1, length, length]: earlier positions of the same conversation, where `segments`
    numbers conversations."""
    length = segments.shape[1]
    order = torch.arange(length, device=segments.device)
    same = segments[:, :, None] == segments[:, None, :]
    return (same & (order[:, None] >= order[None, :]))[:, None]


def attend(q: Tensor, k: Tensor, v: Tensor, visible: Tensor) -> Tensor:
    """Attention over [batch, heads, length, head_width] to what is `visible`.

    On a CPU two matrix products are about twice as fast as the fused kernel for the short rows that
    we train on.
    """
    if q.is_cuda:
        return functional.scaled_dot_product_attention(q, k, v, attn_mask=visible)
    scores = (q @ k.transpose(2, 3)).float() * q.shape[3] ** -0.5
    shares = torch.softmax(scores.masked_fill(~visible, float("-inf")), dim=-1)
    return shares.to(v.dtype) @ v


class Attention(nn.Module):
    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.heads = shape.heads
        for name in ("q_proj", "k_proj", "v_proj", "o_proj"):
            setattr(self, name, nn.Linear(shape.width, shape.width, bias=False))

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor, visible: Tensor) -> Tensor:
        batch, length, width = x.shape
        q, k, v = (
            project(x).view(batch, length, self.heads, -1).transpose(1, 2)
            for project in (self.q_proj, self.k_proj, self.v_proj)
        )
        cos, sin = cos.to(q.dtype), sin.to(q.dtype)
        mixed = attend(rotate(q, cos, sin), rotate(k, cos, sin), v, visible)
        out: Tensor = self.o_proj(mixed.transpose(1, 2).reshape(batch, length, width))
        return out


class FeedForward(nn.Module):
    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.gate_proj = nn.Linear(shape.width, shape.ff_width, bias=False)
        self.up_proj = nn.Linear(shape.width, shape.ff_width, bias=False)
        self.down_proj = nn.Linear(shape.ff_width, shape.width, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.down_proj(functional.silu(self.gate_proj(x)) * self.up_proj(x))
        return out


class Layer(nn.Module):
    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.input_layernorm = RmsNorm(shape.width, shape.rms_eps)
        self.self_attn = Attention(shape)
        self.post_attention_layernorm = RmsNorm(shape.width, shape.rms_eps)
        self.mlp = FeedForward(shape)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor, visible: Tensor) -> Tensor:
        x = x + self.self_attn(self.input_layernorm(x), cos, sin, visible)
        return x + self.mlp(self.post_attention_layernorm(x))


class Decoder(nn.Module):
    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.embed_tokens = nn.Embedding(shape.vocab_size, shape.width)
        self.layers = nn.ModuleList(Layer(shape) for _ in range(shape.layers))
        self.norm = RmsNorm(shape.width, shape.rms_eps)


class Pebble(nn.Module):
    """Token ids [batch, length] to hidden states [batch, length, width]; `logits` makes scores of
    any of them."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.model = Decoder(shape)
        for name, parameter in self.named_parameters():
            if parameter.dim() == 2:
                is_residual = name.endswith(("o_proj.weight", "down_proj.weight"))
                deviation = 0.02 if "embed" in name else shape.width**-0.5
                scale = (2 * shape.layers) ** -0.5 if is_residual else 1.0
                nn.init.normal_(parameter, std=deviation * scale)

    def forward(self, ids: Tensor, segments: Tensor | None = None) -> Tensor:
        """`segments` numbers the conversations that are packed into a row; without it a row is one
        conversation.

        Rotary positions need no restart at a new conversation: attention sees only distances.
        """
        visible = is_visible(torch.zeros_like(ids) if segments is None else segments)
        cos, sin = rotary_tables(self.shape, ids.shape[1], ids.device)
        x: Tensor = self.model.embed_tokens(ids)
        for layer in self.model.layers:
            x = layer(x, cos, sin, visible)
        hidden: Tensor = self.model.norm(x)
        return hidden

    def logits(self, hidden: Tensor) -> Tensor:
        """Scores over the vocabulary, float32; the embedding is the output matrix too (tied)."""
        return functional.linear(hidden, self.model.embed_tokens.weight).float()
