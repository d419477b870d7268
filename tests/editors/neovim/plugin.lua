-- What a user writes to have the plugin, and what lets a test see what is told.

vim.opt.runtimepath:prepend(vim.env.LACUNA_PLUGIN)
_G.told = {}
vim.notify = function(sentence)
  table.insert(_G.told, sentence)
end
require('lacuna').setup(vim.json.decode(vim.env.LACUNA_OPTIONS, { luanil = { object = true } }))
dofile(vim.fs.joinpath(vim.fs.dirname(debug.getinfo(1, 'S').source:sub(2)), 'answered.lua'))
