export { downloadArtifact, type DownloadOptions } from './download.js';
export {
  type TransferProgress,
  uploadCandidateFile,
  uploadDatasetFile,
  type UploadFileOptions,
  uploadInputFile,
  uploadModelFile,
} from './upload.js';
