/** Where the figures of torchvision's models come from; its MACs (GIPS) are rounded. */
export const TORCHVISION =
  'torchvision, table of classification weights (Params, GIPS): https://pytorch.org/vision/stable/models.html';
