// The files of a drop, folders walked through: [{file, path}], the path from the folder that was dropped.

const entryFile = (entry) => new Promise((resolve, reject) => entry.file(resolve, reject));

async function children(folder) {
  const reader = folder.createReader();
  const found = [];
  for (;;) { // a reader gives at most a hundred at a time
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!some.length) return found;
    found.push(...some);
  }
}

async function walk(entry, path) {
  if (entry.isFile) return [{ file: await entryFile(entry), path }];
  const below = await Promise.all(
    (await children(entry)).map((child) => walk(child, `${path}/${child.name}`)));
  return below.flat();
}

export async function filesDropped(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.length) return [...transfer.files].map((file) => ({ file, path: file.name }));
  const found = await Promise.all(entries.map((entry) => walk(entry, entry.name)));
  const kept = found.flat().filter(({ file }) => !file.name.startsWith("."));
  return kept.sort((one, other) => one.path.localeCompare(other.path)); // a folder has no order
}
