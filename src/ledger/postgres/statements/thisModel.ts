export const THIS_MODEL = 'model_name = :model AND model_version = :version AND settings_digest = :digest';
