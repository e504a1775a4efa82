/** Property of a step's job that names the node, and the round of a loop, that it belongs to. */
export const NODE_PROPERTY = "azureml.nodeid";
