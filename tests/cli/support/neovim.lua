-- A session of Neovim with the demo: what it comes to is written to transcript.txt.

local PATIENCE = 60000
local transcript = {}

local function say(text)
  table.insert(transcript, text)
end

local function session()
  vim.cmd('edit examples/demo/Common/Jobs.xml')
  local buffer = vim.api.nvim_get_current_buf()
  local id = vim.lsp.start_client({
    name = 'jobwright',
    cmd = { os.getenv('JOBWRIGHT'), 'lsp' },
    root_dir = vim.fn.getcwd() .. '/examples/demo',
  })
  local client = vim.lsp.get_client_by_id(id)
  assert(vim.wait(PATIENCE, function() return client.initialized end, 20), 'the server does not start')
  vim.lsp.buf_attach_client(buffer, id)

  local function lines()
    return vim.api.nvim_buf_get_lines(buffer, 0, -1, false)
  end
  local function find(text)
    for number, line in ipairs(lines()) do
      local column = line:find(text, 1, true)
      if column then
        return number - 1, column - 1
      end
    end
    error(text .. ' is nowhere')
  end
  local function replace(old, new)
    local row, column = find(old)
    vim.api.nvim_buf_set_text(buffer, row, column, row, column + #old, { new })
  end
  local function request(method, text, more)
    local row, column = find(text)
    local params = {
      textDocument = { uri = vim.uri_from_bufnr(buffer) },
      position = { line = row, character = column + #text },
    }
    for name, value in pairs(more or {}) do
      params[name] = value
    end
    local answers = assert(vim.lsp.buf_request_sync(buffer, method, params, PATIENCE), 'no answer to ' .. method)
    local answer = answers[id]
    assert(answer and not answer.error and not answer.err, vim.inspect(answer))
    return answer.result
  end
  local function wrong()
    local found = {}
    for _, one in ipairs(vim.diagnostic.get(buffer)) do
      if one.message:find('there is no task', 1, true) then
        table.insert(found, vim.split(one.message, '\n')[1])
      end
    end
    return found
  end

  replace('ParentTask="Demo_Complete_Prepare_HR"', 'ParentTask="Wrong_Complete_Prepare_HR"')
  assert(vim.wait(PATIENCE, function() return #wrong() > 0 end, 20), 'no finding')
  say('a dependency on nothing: ' .. wrong()[1])
  replace('ParentTask="Wrong_Complete_Prepare_HR"', 'ParentTask="Demo_Complete_Prepare_HR"')
  assert(vim.wait(PATIENCE, function() return #wrong() == 0 end, 20), 'the finding stays')
  say('it is right again: ' .. #wrong() .. ' such findings')

  local list = request('textDocument/completion', 'Connection="')
  say('connections to choose from: ' .. #list.items)

  local edit = request('textDocument/rename', 'Connection="DirectoryAcc', { newName = 'Accounts' })
  vim.lsp.util.apply_workspace_edit(edit, client.offset_encoding)
  local files = 0
  for _ in pairs(edit.changes) do
    files = files + 1
  end
  find('Connection="Accounts"')
  say('DirectoryAccounts is now Accounts in ' .. files .. ' files')

  replace('<Job Identifier="Demo_Complete"', '<Job    Identifier="Demo_Complete"')
  local edits = request('textDocument/formatting', '<Job', { options = { tabSize = 2, insertSpaces = true } })
  vim.lsp.util.apply_text_edits(edits, buffer, client.offset_encoding)
  find('<Job Identifier="Demo_Complete"')
  say('formatted')
end

local done, message = xpcall(session, debug.traceback)
if not done then
  say('failed: ' .. message)
end
vim.fn.writefile(transcript, 'transcript.txt')
vim.cmd('qa!')
